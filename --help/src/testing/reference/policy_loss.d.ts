import type { PolicyLossOptions } from "../../policy/options.js";
/** A packed batch in double precision; sequence s has rows begins[s] to begins[s + 1]. */
export interface PolicyBatch {
    readonly vocabulary: number;
    readonly logits: Float64Array;
    readonly actions: readonly number[];
    readonly oldLogp: readonly number[];
    readonly refLogp: readonly number[];
    readonly mask: readonly boolean[];
    readonly begins: readonly number[];
    /** One per sequence. */
    readonly advantages: readonly number[];
}
export interface PolicyOptions extends PolicyLossOptions {
    readonly aggregate: "token-mean" | "sequence-mean" | "constant";
    readonly maxLength: number;
    readonly alpha: number;
}
export declare function sequenceOf(batch: PolicyBatch, row: number): number;
export declare function statisticsOf(batch: PolicyBatch, row: number, temperature: number): [number, number, number, number];
/** The actuator of every row: the sign of its entropy effect, or 1 where the probability gate is open; 0 outside the mask. */
export declare function actuatorsOf(batch: PolicyBatch, { gate, tau, temperature }: PolicyOptions): number[];
/** The estimate of the KL divergence to the reference policy; 0 if beta is 0. */
export declare function divergenceOf(logp: number, referenceLogp: number, { beta, kl }: Pick<PolicyOptions, "beta" | "kl">): number;
/** What stays constant when the policy loss is differentiated: the actuator of a row and, where a loss stops a gradient, its logp. */
export interface Frozen {
    readonly actuators: readonly number[];
    readonly logps: readonly number[];
    /** The further number per row that some losses read, where it is not differentiated. */
    readonly extra: ArrayLike<number>;
}
export declare function frozenOf(batch: PolicyBatch, options: PolicyOptions, extra?: ArrayLike<number>): Frozen;
/** The whole loss of EntroPIC's method: L_policy + alpha * agg(-r |A|, over the gated tokens). */
export declare function policyLossReference(batch: PolicyBatch, options: PolicyOptions, frozen: Frozen): number;
