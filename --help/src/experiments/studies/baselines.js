import { holdsTarget, isCloser, isLessOff, isNoWorse, leavesTarget } from "../framework/arms/claims.js";
import { armNames } from "../framework/arms/settings.js";
import { armStudy } from "../framework/arms/study.js";
const PI = "EntroPIC";
/** All ways of keeping entropy up that the engine has stand side by side, with one and with four updates on a rollout. */
export const baselines = armStudy({
    name: "baselines",
    description: "EntroPIC beside GRPO, bonuses, AEC, clip-higher, NSR, W-REINFORCE, Clip-Cov, KL-Cov and Entrocraft; on-policy and off-policy",
    title: "Baselines: EntroPIC beside the other ways of keeping entropy up",
    question: `Every arm trains the same policy on the same prompts with one update on a rollout (on-policy) and with four (off-policy). EntroPIC comes with
both gates, with the proportional part alone (P) and with the integral (PI, and EntroPIC without more words: PI with the entropy-effect gate). Arms
that know a target were given 0.35 nats; the others are measured against it all the same, which says how far they let entropy go.`,
    claims: (settings) => [
        holdsTarget(PI),
        leavesTarget("GRPO"),
        isNoWorse(PI, "GRPO"),
        isLessOff(PI, "EntroPIC P"),
        isLessOff("EntroPIC PI (tau 0.5)", "EntroPIC P (tau 0.5)"),
        isCloser(PI, armNames(settings).filter((arm) => !arm.startsWith(PI))),
    ],
});
