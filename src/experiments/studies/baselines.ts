import { holdsTarget, inGroup, isCloser, isLessOff, isNoWorse, leavesTarget } from "../framework/arms/claims.ts";
import { armNames, groupNames } from "../framework/arms/settings.ts";
import { armStudy } from "../framework/arms/study.ts";

const PI = "EntroPIC";

/** Every way of keeping entropy up that the engine has, side by side, with one and with four updates on a rollout. */
export const baselines = armStudy({
  name: "baselines",
  description:
    "EntroPIC beside GRPO, bonuses, AEC, clip-higher, NSR, W-REINFORCE, Clip-Cov, KL-Cov and Entrocraft; on-policy and off-policy",
  title: "Baselines: EntroPIC beside the other ways of keeping entropy up",
  question: `Every arm trains the same policy on the same prompts with one update on a rollout (on-policy) and with four (off-policy). EntroPIC comes with
both gates, with the proportional part alone (P) and with the integral (PI, and EntroPIC without more words: PI with the entropy-effect gate). Arms
that know a target were given 0.35 nats; the others are measured against it all the same, which says how far they let entropy go.`,
  verdicts: (settings, findings, quick) =>
    groupNames(settings).flatMap((group) =>
      inGroup(findings, group, (own) => [
        holdsTarget(own, PI, quick),
        leavesTarget(own, "GRPO", quick),
        isNoWorse(own, PI, "GRPO", quick),
        isLessOff(own, PI, "EntroPIC P", quick),
        isLessOff(own, "EntroPIC PI (tau 0.5)", "EntroPIC P (tau 0.5)", quick),
        isCloser(
          own,
          PI,
          armNames(settings).filter((arm) => !arm.startsWith(PI)),
          quick,
        ),
      ]),
    ),
});
