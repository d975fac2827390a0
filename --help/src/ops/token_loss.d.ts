import type { KernelSource } from "../gpu/kernel.js";
import type { Tensor } from "../graph/tensor.js";
import { type GateOptions } from "./gate.js";
/** Estimates of the KL divergence to the reference policy (Schulman 2020): the values of grpo.kl. */
export declare const KL_ESTIMATES: readonly ["k1", "k2", "k3"];
/** The name of an estimate of the KL divergence. */
export type KlEstimate = (typeof KL_ESTIMATES)[number];
/** A policy loss as the kernel takes it: a module of shaders/loss, or one's own WGSL, and the fields of its LossParameters. */
export interface TokenLossModule {
    readonly module: KernelSource;
    readonly parameters: Readonly<Record<string, number>>;
    /** Traces the tensor [N] that the module reads as `token.extra`; absent where it reads none. */
    extra?: ((context: never) => Tensor) | undefined;
}
/** Attributes of the op that computes the loss of every token. */
export interface TokenLossOptions extends GateOptions {
    readonly loss: TokenLossModule;
    /** Weight of the KL divergence to the reference policy; `kl` is how the divergence is estimated, by default k3. */
    readonly beta: number;
    readonly kl?: KlEstimate;
    /** Weight of an entropy bonus. */
    readonly entropyCoef: number;
}
type In = {
    statistics: Tensor;
    token_inputs: Tensor;
    control: Tensor;
    extra?: Tensor | undefined;
};
/** statistics [N, 4], token_inputs [N, 6], control, extra [N] or none -> coefficients [N, 2], token_metrics [N, 8]. */
export declare const tokenLossOp: import("./define.js").Op<In, "token_metrics" | "coefficients", TokenLossOptions>;
/**
 * The policy loss, token by token (shaders/policy/token_loss.wgsl has the formula): coefficients [N, 2] are its derivatives by the
 * action's log-probability and by the entropy; tokenMetrics [N, 8] are its value and the other metrics of the token.
 */
export declare function tokenLoss(given: {
    readonly statistics: Tensor;
    readonly tokenInputs: Tensor;
    readonly control: Tensor;
    /** [N]: what the loss needs beyond the token. */
    readonly extra?: Tensor | undefined;
}, options: TokenLossOptions): {
    readonly coefficients: Tensor;
    readonly tokenMetrics: Tensor;
};
export {};
