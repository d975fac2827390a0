/** Linear warm-up over `warmupSteps`, then the full rate. Steps count from 0. */
export function warmupRate(learningRate: number, warmupSteps: number, step: number): number {
  return learningRate * Math.min(1, (step + 1) / Math.max(1, warmupSteps));
}

/** Linear warm-up, then a cosine to `finalFraction` of the rate at the last step. */
export function cosineRate(
  learningRate: number,
  options: { warmupSteps: number; steps: number; finalFraction: number },
  step: number,
): number {
  const { warmupSteps, steps, finalFraction } = options;
  if (step < warmupSteps) return warmupRate(learningRate, warmupSteps, step);
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
  return learningRate * (finalFraction + (1 - finalFraction) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}
