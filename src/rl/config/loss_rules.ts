import { refusal } from "../../options/problems.ts";
import type { TrainConfig } from "./sections.ts";

/** Contradictions between `grpo.loss`, `grpo.covariance` and their options, one line each. */
export function lossProblems(grpo: TrainConfig["grpo"]): string[] {
  const { loss, dualClip, delta, clipHigh, covariance, covLow, covHigh } = grpo;
  const problems: string[] = [];
  if (dualClip !== null && loss !== "ppo-clip" && loss !== "gspo") {
    problems.push(refusal("grpo.dualClip", dualClip, `null with loss ${loss}; ppo-clip and gspo have a dual clip`));
  }
  if (loss === "two-sided" && delta <= 1 + clipHigh) {
    problems.push(refusal("grpo.delta", delta, `above 1 + clipHigh (${1 + clipHigh}) with loss two-sided`));
  }
  if (covariance !== null && loss !== "ppo-clip") {
    problems.push(refusal("grpo.covariance", covariance, `null with loss ${loss}; it goes with ppo-clip alone`));
  }
  if (covariance === "kl-cov" && dualClip !== null) {
    problems.push(refusal("grpo.dualClip", dualClip, "null with covariance kl-cov, which clips nothing"));
  }
  if (covariance === "clip-cov" && covHigh <= covLow) {
    problems.push(refusal("grpo.covHigh", covHigh, `above grpo.covLow (${covLow})`));
  }
  return problems;
}
