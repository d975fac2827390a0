import type { Metrics } from "../../report/metrics.js";
/** An open-loop run, in which alpha is fixed: entropy before it and after so many steps, in nats. */
export interface OpenLoopRun {
    readonly alpha: number;
    readonly before: number;
    readonly after: number;
    readonly steps: number;
}
/** Entropy before the first step and after the last, each over the evaluation's own samples. */
export declare function beforeAndAfter(metrics: readonly Metrics[]): {
    before: number;
    after: number;
};
/**
 * Fits the plant (what the controller acts on) H' = H + drift - authority * alpha by least squares to the change of H per step.
 * Authority above 0 means that alpha above 0 lowers entropy, as it should.
 */
export declare function authorityOf(runs: readonly OpenLoopRun[]): {
    authority: number;
    drift: number;
};
/**
 * kp = lambda / b makes an error shrink by the share lambda a step (stable while 0 < lambda < 2); ki = integral * kp. The gains have two
 * digits, because the measurement of b supports no more. An authority of 0 or less gets the gains of a very small one.
 */
export declare function gainsFrom(authority: number, { lambda, integral }: {
    lambda: number;
    integral: number;
}): {
    kp: number;
    ki: number;
};
