import { mean } from "../../../report/statistics.js";
import { percent, signedPercent } from "../../framework/numbers.js";
import { weighAll } from "../../framework/verdict.js";
import { meanErrorOf, measuredBoundary, noiseBoundary, responseOf, swings } from "./response.js";
export const nameOf = ({ size, gate }) => `${size}, ${gate}`;
export const limitOf = ({ entropy }) => entropy.limit;
const EFFECT = "entropy-effect";
export function gainsVerdicts(settings, { plants }) {
    const effect = plants.filter(({ gate }) => gate === EFFECT);
    return [
        authorityIsPositive(effect),
        integralHelps(settings, plants),
        stableIsSteady(settings, plants),
        noiseSetsTheLimit(settings, plants),
        automaticHolds(settings, effect),
        automaticNearBest(effect),
        allFinite(plants),
    ];
}
function authorityIsPositive(effect) {
    return {
        claim: "With the entropy-effect gate alpha above 0 lowers entropy, at every size: the authority b is positive",
        ...weighAll(effect, `gate ${EFFECT}`, (plants) => ({
            measured: plants.map((plant) => `${plant.size} ${plant.authority.toFixed(4)}`).join(", "),
            passed: plants.every(({ authority }) => authority > 0),
        })),
    };
}
/** Compares |offset| with and without the integral at the gains that do not oscillate. */
function integralHelps(settings, plants) {
    const most = Math.max(...settings.kiRatios);
    const runs = plants.flatMap((plant) => plant.grid.filter(({ kp }) => kp >= 3 && kp <= 30).map((run) => ({ plant, run })));
    const size = ({ plant, run }) => Math.abs(responseOf(run, plant.target, limitOf(settings)).offset);
    const integral = runs.filter(({ run: { kp, ki } }) => ki > 0 && Math.abs(ki - kp * most) < 1e-9);
    const alone = runs.filter(({ run: { ki } }) => ki === 0);
    return {
        claim: "The integral brings entropy nearer to the target than kp alone (mean |offset| at kp 3 to 30)",
        ...weighAll(alone.length > 0 ? integral : [], "kp from 3 to 30 both with an integral and without", () => {
            const [without, including] = [mean(alone.map(size)), mean(integral.map(size))];
            return { measured: `${percent(including)} with ki = ${most} kp, ${percent(without)} without`, passed: including < without };
        }),
    };
}
/** Stability is about entropy. Theory calls a run stable where b kp < 2 or, with the integral, where b (2 kp - ki) < 4. */
function stableIsSteady(settings, plants) {
    const stable = plants.flatMap((plant) => plant.grid.filter(({ kp, ki }) => plant.authority * (2 * kp - ki) < 4).map((run) => swings("entropy", run, plant, limitOf(settings))));
    return {
        claim: "No gain that theory calls stable, b (2 kp - ki) < 4, makes entropy oscillate (vary more than twice as much as without control)",
        ...weighAll(stable, "gain that theory calls stable", () => {
            const swinging = stable.filter(Boolean).length;
            return { measured: `${swinging} of ${stable.length} such runs oscillate`, passed: swinging === 0 };
        }),
    };
}
/** Noise makes alpha swing first. The expected gain must lie between the last steady one of the grid and the next, to a factor of 1.5. */
function noiseSetsTheLimit(settings, plants) {
    const found = plants.map((plant) => {
        const expected = noiseBoundary(plant, limitOf(settings));
        const steady = measuredBoundary("alpha", plant, limitOf(settings)) ?? 0;
        const next = settings.kp.filter((kp) => kp > steady).sort((a, b) => a - b)[0] ?? Number.POSITIVE_INFINITY;
        return { name: nameOf(plant), expected, steady, next, agrees: expected >= steady / 1.5 && expected <= next * 1.5 };
    });
    return {
        claim: "Alpha begins to swing where the noise of one step makes it, at kp = limit / (2 sqrt(2) s), to a factor of 1.5 (kp alone)",
        measured: found
            .map(({ name, expected, steady, next }) => `${name}: expected ${shown(expected)}, measured between ${steady} and ${shown(next)}`)
            .join("; "),
        passed: found.every(({ agrees }) => agrees),
    };
}
export function shown(gain) {
    return Number.isFinite(gain) ? String(Number(gain.toPrecision(2))) : "above the grid";
}
function automaticHolds(settings, effect) {
    const offsetOf = ({ automatic, target }) => responseOf(automatic, target, limitOf(settings)).offset;
    return {
        claim: "Automatic gains hold entropy within 10 % of the target at every size (entropy-effect gate, last third)",
        ...weighAll(effect, `gate ${EFFECT}`, (plants) => ({
            measured: plants
                .map((plant) => `${plant.size} ${signedPercent(offsetOf(plant))} at kp ${plant.automatic.kp.toPrecision(2)}`)
                .join(", "),
            passed: plants.every((plant) => Math.abs(offsetOf(plant)) <= 0.1),
        })),
    };
}
/** The run of the grid with the smallest mean distance from the target. */
export function bestOf({ grid, target }) {
    return grid.reduce((best, run) => (meanErrorOf(run, target) < meanErrorOf(best, target) ? run : best));
}
function automaticNearBest(effect) {
    const pairs = effect.map((plant) => ({
        size: plant.size,
        found: meanErrorOf(plant.automatic, plant.target),
        best: meanErrorOf(bestOf(plant), plant.target),
    }));
    return {
        claim: "Automatic gains stay within twice the mean distance of the grid's best cell (entropy-effect gate)",
        ...weighAll(pairs, `gate ${EFFECT}`, () => ({
            measured: pairs.map(({ size, found, best }) => `${size} ${found.toFixed(3)} against ${best.toFixed(3)} nats`).join(", "),
            passed: pairs.every(({ found, best }) => found <= 2 * best),
        })),
    };
}
function allFinite(plants) {
    const runs = plants.flatMap(({ free, grid, automatic }) => [free, ...grid, automatic]);
    const finite = runs.filter(({ entropy, alpha }) => [...entropy, ...alpha].every(Number.isFinite));
    return {
        claim: "Entropy and alpha are finite in every step, whatever the gains",
        measured: `${finite.length} of ${runs.length} runs`,
        passed: finite.length === runs.length,
        evenQuick: true,
    };
}
