/** Linear warm-up over `warmupSteps`, then the full rate. Steps count from 0. */
export declare function warmupRate(learningRate: number, warmupSteps: number, step: number): number;
