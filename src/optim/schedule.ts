/** How a learning rate goes on after its warm-up. */
export const SCHEDULES = ["constant", "linear", "cosine"] as const;

/** A learning rate over the steps of a run. */
export interface Schedule {
  readonly learningRate: number;
  /** Steps over which the rate rises evenly to `learningRate`. */
  readonly warmupSteps: number;
  readonly schedule: (typeof SCHEDULES)[number];
  /** The share of `learningRate` that the rate falls to. */
  readonly minLearningRate: number;
  /** All steps of the run. */
  readonly steps: number;
}

/**
 * The learning rate of a step, which counts from 0. After a linear warm-up the rate is constant, or falls to its least evenly or along half
 * a cosine (Loshchilov and Hutter 2017, arXiv 1608.03983). The first step after the warm-up has the full rate, and the step after the last
 * one would have the least. It is a function of the step alone, so that a resumed run goes on with the same rates.
 */
export function learningRateAt({ learningRate, warmupSteps, schedule, minLearningRate, steps }: Schedule, step: number): number {
  const rise = Math.min(1, (step + 1) / Math.max(1, warmupSteps));
  if (schedule === "constant" || step < warmupSteps) return learningRate * rise;
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  const left = schedule === "linear" ? 1 - progress : (1 + Math.cos(Math.PI * progress)) / 2;
  return learningRate * (minLearningRate + (1 - minLearningRate) * left);
}
