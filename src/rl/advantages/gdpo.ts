import { withinGroups } from "./contract.ts";
import { grpo } from "./grpo.ts";
import { EPSILON, standardDeviation, sumOf } from "./scores.ts";

/**
 * Each reward function is normalised by itself before the sum, so that none drowns the others (GDPO: Liu et al. 2026,
 * arXiv 2601.05242):
 *
 *   A_f = (R_f - mean) / (std + 1e-6)        of the group, for each reward function f
 *   S   = sum over f of weight_f A_f
 *   A   = S / (std of S over the batch + 1e-6)
 *
 * The paper also subtracts the batch's mean of S, which is 0: every A_f sums to 0 in its group. A function that did not score a
 * completion adds nothing to its S.
 */
export const gdpo = withinGroups(
  ({ rewards, groupSize, parts = [{ scores: rewards, weight: 1 }] }) => {
    const normalised = parts.map(({ scores, weight }) => ({ weight, advantages: grpo({ rewards: scores, groupSize }) }));
    const sums = rewards.map((_, i) => sumOf(normalised.map(({ weight, advantages }) => weight * advantages[i]!)));
    const scale = 1 / (standardDeviation(sums.filter((_, i) => rewards[i] !== null)) + EPSILON);
    return Float64Array.from(sums, (sum) => sum * scale);
  },
  { readsParts: true },
);
