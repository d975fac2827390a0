import { holdsTarget, isCloser, isNoWorse, leavesTarget } from "../framework/arms/claims.ts";
import { type ArmsFindings, meanOf } from "../framework/arms/findings.ts";
import { runsOf } from "../framework/arms/holding.ts";
import { type ArmsSettings, armNames } from "../framework/arms/settings.ts";
import { armStudy } from "../framework/arms/study.ts";
import type { Verdict } from "../framework/study.ts";

const GRPO = "GRPO";
const EFFECT = "entropy-effect";

/** docs/method.md, "What the gate does": which tokens should alpha weigh? */
export const tau = armStudy({
  name: "tau",
  description: "which tokens alpha should weigh: the probability gate at several tau, and the entropy-effect gate",
  title: "Gates: which tokens should alpha weigh?",
  question: `EntroPIC reweights only some tokens: those more probable than tau, or, with the entropy-effect gate, each by the sign of what it does to
entropy. This study trains the same policy with each gate towards the same target.`,
  verdicts: tauVerdicts,
});

function tauVerdicts(settings: ArmsSettings, findings: ArmsFindings, quick: boolean): Verdict[] {
  const gates = armNames(settings).filter((arm) => arm.startsWith("tau "));
  return [
    holdsTarget(findings, EFFECT, quick),
    leavesTarget(findings, GRPO, quick),
    isNoWorse(findings, EFFECT, GRPO, quick),
    isCloser(findings, EFFECT, gates, quick),
    gatedFalls(findings, gates),
  ];
}

function gatedFalls({ runs }: ArmsFindings, gates: readonly string[]): Verdict {
  const gated = gates.map((arm) => meanOf(runsOf(runs, arm).map((run) => run.gated)));
  return {
    claim: "The higher tau, the fewer tokens alpha weighs",
    measured: gates.map((arm, i) => `${arm}: ${(100 * gated[i]!).toFixed(0)} %`).join(", "),
    passed: gated.every((share, i) => i === 0 || share < gated[i - 1]!),
  };
}
