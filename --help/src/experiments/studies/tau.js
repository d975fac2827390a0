import { mean } from "../../report/statistics.js";
import { holdsTarget, isCloser, isNoWorse, leavesTarget } from "../framework/arms/claims.js";
import { runsOf } from "../framework/arms/holding.js";
import { armNames } from "../framework/arms/settings.js";
import { armStudy } from "../framework/arms/study.js";
import { percent } from "../framework/numbers.js";
import { notJudged } from "../framework/verdict.js";
const EFFECT = "entropy-effect";
/** docs/method.md, "Gates: which tokens alpha acts on": which gate is best? */
export const tau = armStudy({
    name: "tau",
    description: "which tokens alpha should weigh: the probability gate at several tau, and the entropy-effect gate",
    title: "Gates: which tokens should alpha weigh?",
    question: `EntroPIC reweights only some tokens: those more probable than tau, or, with the entropy-effect gate, each by the sign of what it does to
entropy. This study trains the same policy with each gate towards the same target.`,
    claims: (settings) => {
        const gates = armNames(settings).filter((arm) => arm.startsWith("tau "));
        return [holdsTarget(EFFECT), leavesTarget("GRPO"), isNoWorse(EFFECT, "GRPO"), isCloser(EFFECT, gates), gatedFalls(gates)];
    },
});
function gatedFalls(gates) {
    return {
        claim: "The higher tau, the fewer tokens alpha weighs",
        arms: gates,
        evenQuick: true,
        weigh: ({ runs }) => {
            if (gates.length < 2)
                return notJudged("these settings have fewer than two arms that begin with tau");
            const gated = gates.map((arm) => mean(runsOf(runs, arm).map((run) => run.gated)));
            return {
                measured: gates.map((arm, i) => `${arm}: ${percent(gated[i], 0)}`).join(", "),
                passed: gated.every((share, i) => i === 0 || share < gated[i - 1]),
            };
        },
    };
}
