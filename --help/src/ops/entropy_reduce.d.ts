import type { Tensor } from "../graph/tensor.js";
import { type GateOptions } from "./gate.js";
/** Attributes of the op that measures the mean entropy. */
export interface EntropyReduceOptions extends GateOptions {
    /** false: these tokens are a part of a batch whose entropies and counts the state holds already, and keeps. Default true. */
    readonly wholeBatch?: boolean;
}
type In = {
    statistics: Tensor;
    token_inputs: Tensor;
    control: Tensor;
};
/** statistics [N, 4], token_inputs [N, 6], control in place: mean entropies and counts, of all tokens and of each class. */
export declare const entropyReduceOp: import("./define.js").Op<In, "partial" | "control", EntropyReduceOptions>;
/** Reduces the response tokens' entropies and gates into the state of entropy control, in a fixed order. Returns the state. */
export declare function entropyReduce(statistics: Tensor, tokenInputs: Tensor, control: Tensor, options: EntropyReduceOptions): Tensor;
export {};
