import { type AdvantageInput, type EntropyBand, withinGroups } from "./contract.ts";
import { grpo } from "./grpo.ts";

/** Nats per token. The policies of the shipped warm starts begin between them or above them. */
export const DEFAULT_BAND: EntropyBand = { low: 0.3, high: 0.6, damping: 0.5 };

/**
 * The advantage of GRPO, times `damping` where it would push a group's entropy further out of a band (GEPO, arXiv 2607.16850):
 *
 *   H_g = mean entropy of the tokens that were sampled for the group's prompt
 *   A   = damping A_grpo      where H_g < low and A_grpo > 0, and where H_g > high and A_grpo < 0
 *   A   = A_grpo              elsewhere
 *
 * A group's advantages then need not sum to 0. The paper's text was not at hand: this is the rule that its summaries give. Without the
 * entropies of groups nothing is damped.
 */
export const gepo = withinGroups((input) => {
  const { damping } = input.band ?? DEFAULT_BAND;
  return grpo(input).map((advantage, i) => (isDamped(input, advantage, i) ? damping * advantage : advantage));
});

/** Whether `gepo` damps the completion `i`, whose advantage by GRPO is given. */
export function isDamped({ groupEntropies, groupSize, band = DEFAULT_BAND }: AdvantageInput, advantage: number, i: number): boolean {
  const entropy = groupEntropies?.[Math.floor(i / groupSize)];
  if (entropy === undefined) return false;
  return (entropy < band.low && advantage > 0) || (entropy > band.high && advantage < 0);
}
