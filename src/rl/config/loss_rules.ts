import { refusal } from "./problems.ts";
import type { TrainConfig } from "./sections.ts";

/** Contradictions between `grpo.loss` and its options, one line each. */
export function lossProblems({ loss, dualClip, delta, clipHigh }: TrainConfig["grpo"]): string[] {
  const problems: string[] = [];
  if (dualClip !== null && loss !== "ppo-clip" && loss !== "gspo") {
    problems.push(refusal("grpo.dualClip", dualClip, `null with loss ${loss}; ppo-clip and gspo have a dual clip`));
  }
  if (loss === "two-sided" && delta <= 1 + clipHigh) {
    problems.push(refusal("grpo.delta", delta, `above 1 + clipHigh (${1 + clipHigh}) with loss two-sided`));
  }
  return problems;
}
