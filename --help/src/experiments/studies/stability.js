import { driftsLess, holdsTarget, isCloser, isNoWorse, isSteadier, leavesTarget } from "../framework/arms/claims.js";
import { armStudy } from "../framework/arms/study.js";
/** How steady entropy is over long runs and many seeds: EntroPIC, plain GRPO and AEC (Skywork-OR1). */
export const stability = armStudy({
    name: "stability",
    description: "EntroPIC, GRPO and AEC over ten seeds and long runs: spread and drift of entropy, significance",
    title: "Stability: how steady is entropy over long runs and many seeds?",
    question: `Long runs with many seeds tell control from luck. EntroPIC steers by reweighting tokens; AEC (Skywork-OR1) adds an entropy bonus whose
weight climbs while entropy is below the target, and none above it; GRPO does nothing.`,
    claims: () => [
        holdsTarget("EntroPIC"),
        leavesTarget("GRPO"),
        isCloser("EntroPIC", ["AEC"]),
        isSteadier("EntroPIC", "GRPO"),
        isSteadier("EntroPIC", "AEC"),
        driftsLess("EntroPIC", "GRPO"),
        isNoWorse("EntroPIC", "GRPO"),
    ],
});
