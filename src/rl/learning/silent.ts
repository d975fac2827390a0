import type { Run } from "../run.ts";
import { advantageOf, type Sample } from "./micro_batches.ts";

/**
 * Whether samples without an advantage change nothing in an update but the mean entropy that the controller reads: no term of the loss and no
 * choice among tokens goes by anything but advantages (docs/method.md, "Silent samples").
 */
export function mayLeaveOutSilent({ loss, controller, config }: Pick<Run, "loss" | "controller" | "config">): boolean {
  const { beta, entropyCoef, tokenShare, aggregate } = config.grpo;
  const countsGated = config.entropy.alphaNorm === "gated" && aggregate !== "constant" && !controller.lever;
  const goesByAdvantage = loss.scalesWithAdvantage === true && controller.actsOnAdvantages === true;
  return goesByAdvantage && beta === 0 && entropyCoef === 0 && tokenShare === 1 && !countsGated;
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

/** Whether the sampler cannot have measured all silent samples of a run's updates, so that forward passes have to. */
export function mayMeasureSilent(run: Pick<Run, "loss" | "controller" | "config">): boolean {
  const { updatesPerRollout, replay } = run.config.grpo;
  return mayLeaveOutSilent(run) && (replay > 0 || (updatesPerRollout > 1 && run.controller.law !== undefined));
}

function isSilent(sample: Sample): boolean {
  if (sample.isMasked) return true;
  return sample.completionIds.every((_, token) => advantageOf(sample, token) * (sample.importance?.[token] ?? 1) === 0);
}
