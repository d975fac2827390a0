import { mean } from "../../../report/statistics.js";
import { isLessOff } from "../../framework/arms/claims.js";
import { ofGroup } from "../../framework/arms/findings.js";
import { HELD, offsetsOf } from "../../framework/arms/holding.js";
import { judgeClaims } from "../../framework/arms/judge.js";
import { signedPercent } from "../../framework/numbers.js";
import { weighAll } from "../../framework/verdict.js";
const CENTRED = ["grpo", "dr-grpo", "batch", "rloo", "reinforce++"];
const INTEGRAL_HELPS = isLessOff("uncentred, PI", "uncentred, P");
export function advantagesVerdicts(settings, findings) {
    return [
        centredIsZero(findings),
        uncentredIsNot(findings),
        ...judgeClaims(remedyClaims(settings), findings.arms),
        ...shapesOf(settings).flatMap((shape) => judgeClaims([INTEGRAL_HELPS], ofGroup(findings.arms, shape), shape)),
    ];
}
/** Every claim of the study that names arms. */
export function armClaims(settings) {
    return [...remedyClaims(settings), INTEGRAL_HELPS];
}
function shapesOf({ groups }) {
    return Object.keys(groups);
}
function remedyClaims(settings) {
    const shapes = shapesOf(settings);
    return [
        shiftsBreak("uncentred, P", shapes.filter((shape) => shape.startsWith("shifted"))),
        ...["centred, P", "batch norm, P", "group norm, P", "uncentred, PI", "group norm, PI"].map((arm) => holdsWhatever(arm, shapes)),
    ];
}
function centredIsZero({ distributions }) {
    const centred = distributions.filter(({ advantage }) => CENTRED.includes(advantage));
    return {
        claim: "Advantages that subtract a mean have mean zero on every task (|mean| below 1 % of their standard deviation)",
        evenQuick: true,
        ...weighAll(centred, "advantage that subtracts a mean", (all) => {
            const largest = Math.max(...all.map(({ mean, deviation }) => (deviation === 0 ? 0 : Math.abs(mean) / deviation)));
            return { measured: `largest |mean| / sd ${largest.toExponential(1)}`, passed: largest < 0.01 };
        }),
    };
}
function uncentredIsNot({ distributions }) {
    const raw = distributions.filter(({ advantage }) => advantage === "none");
    return {
        claim: "Rewards used as they are do not have mean zero on any task",
        evenQuick: true,
        ...weighAll(raw, "advantage none", (all) => ({
            measured: all.map(({ task, mean }) => `${task} ${mean.toFixed(3)}`).join(", "),
            passed: all.every(({ mean }) => Math.abs(mean) > 0.01),
        })),
    };
}
function holdsWhatever(arm, shapes) {
    return offsetsClaim(`${arm}: held within 10 % of the target whatever the reward's shape`, arm, shapes, (offset) => offset <= HELD);
}
function shiftsBreak(arm, shapes) {
    const claim = `${arm}: rewards that are shifted push entropy more than 10 % off the target`;
    return offsetsClaim(claim, arm, shapes, (offset) => offset > HELD);
}
/** A claim about the size of an arm's mean offset under every one of some shapes of the reward. */
function offsetsClaim(claim, arm, shapes, holds) {
    return {
        claim,
        arms: [arm],
        needsTarget: true,
        weigh: (findings) => weighAll(shapes, "group of that kind", () => {
            const offsets = shapes.map((shape) => mean(offsetsOf(ofGroup(findings, shape).runs, arm)));
            return {
                measured: shapes.map((shape, i) => `${shape} ${signedPercent(offsets[i])}`).join(", "),
                passed: offsets.every((offset) => holds(Math.abs(offset))),
            };
        }),
    };
}
