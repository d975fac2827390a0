import type { Run } from "../run.ts";
import { advantageOf, type Sample } from "./micro_batches.ts";

/**
 * Whether samples without an advantage change nothing in a step's only update but the mean entropy that the controller reads, which the
 * sampler has measured: no term of the loss and no choice among tokens goes by anything but advantages (docs/method.md, "Silent samples").
 */
export function mayLeaveOutSilent({ loss, controller, config }: Pick<Run, "loss" | "controller" | "config">): boolean {
  const { beta, entropyCoef, tokenShare, updatesPerRollout, aggregate } = config.grpo;
  const countsGated = config.entropy.alphaNorm === "gated" && aggregate !== "constant" && !controller.lever;
  const goesByAdvantage = loss.scalesWithAdvantage === true && controller.actsOnAdvantages === true;
  return goesByAdvantage && beta === 0 && entropyCoef === 0 && tokenShare === 1 && updatesPerRollout === 1 && !countsGated;
}

/**
 * The samples that a step must compute, and those that are silent: every token's advantage is 0, or the sample is masked. A step keeps at
 * least one sample that is not masked, because its optimiser moves weights by their moments even where no gradient is left.
 */
export function partSilent(samples: readonly Sample[]): { readonly heard: readonly Sample[]; readonly silent: readonly Sample[] } {
  const heard = samples.filter((sample) => !isSilent(sample));
  if (heard.length > 0) return { heard, silent: samples.filter(isSilent) };
  const kept = samples.find(({ isMasked }) => !isMasked);
  return { heard: kept ? [kept] : samples, silent: kept ? samples.filter((sample) => sample !== kept) : [] };
}

function isSilent(sample: Sample): boolean {
  if (sample.isMasked) return true;
  if (!sample.oldEntropies) return false;
  return sample.completionIds.every((_, token) => advantageOf(sample, token) * (sample.importance?.[token] ?? 1) === 0);
}
