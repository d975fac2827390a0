import type { Metrics } from "../report/metrics.ts";
import type { Evaluation } from "../rl/evaluate.ts";

/** An evaluation under the names of metrics.jsonl. */
export function evaluationMetrics(evaluation: Evaluation): Omit<Metrics, "step"> {
  return {
    "eval/pass@1": evaluation.passAt1,
    [`eval/pass@${evaluation.k}`]: evaluation.passAtK,
    ...(evaluation.greedy === undefined ? {} : { "eval/greedy": evaluation.greedy }),
    "eval/reward": evaluation.reward,
    "eval/entropy": evaluation.entropy,
  };
}
