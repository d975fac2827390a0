/** Linear warm-up over `warmupSteps`, then the full rate. Steps count from 0. */
export function warmupRate(learningRate, warmupSteps, step) {
    return learningRate * Math.min(1, (step + 1) / Math.max(1, warmupSteps));
}
