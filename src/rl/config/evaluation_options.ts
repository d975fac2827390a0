import { MOST } from "../../options/limits.ts";
import { adjustable, decimal, list, whole } from "../../options/schema.ts";

/** What an evaluation measures beside pass@1, pass@k of all its completions, greedy accuracy and entropy. It changes nothing of a run. */
export const furtherEvaluation = {
  ks: adjustable(
    list(whole({ min: 1, max: MOST.completions }), "a list of whole numbers such as [1, 4]"),
    [],
    "Further k for which pass@k is estimated from the same completions, such as [2, 4]; at most eval.completions.",
  ),
  temperatures: adjustable(
    list(decimal({ min: 0.01, max: 100 }), "a list of temperatures such as [0.6, 0.3]"),
    [],
    "Further temperatures to sample at, such as [0.6, 0.3], each as many completions again. All tokens may be drawn there, whatever grpo.topP and grpo.topK are.",
  ),
  entropies: adjustable(
    list(decimal({ above: 0, max: 20 }), "a list of entropies in nats such as [0.2]"),
    [],
    "Entropies in nats per token, such as [0.2], at which to compare policies: each is sampled at the temperature that gives its tokens this mean entropy, found by bisection on a part of the problems. It costs about three further temperatures.",
  ),
};
