import type { Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
import { type GateOptions } from "./gate.js";
/** Attributes of the op that weighs gated tokens. */
export interface ControlWeightOptions extends GateOptions {
    /** Where the gated tokens are counted: in the whole batch, by entropy_reduce, or in each sequence. */
    readonly scope: "batch" | "sequence";
    readonly sequences: Scalar;
}
type In = {
    statistics: Tensor;
    sequence_begin: Tensor;
    control: Tensor;
    token_inputs: Tensor;
};
/** Writes the column control_weight of token_inputs [N, 6] in place: tokens / gated tokens. sequence_begin [S+1] u32. */
export declare const controlWeightOp: import("./define.js").Op<In, "token_inputs", ControlWeightOptions>;
/** For `alphaNorm: gated`: makes the control term a mean over the gated tokens. Returns token_inputs. */
export declare function controlWeight(given: {
    readonly statistics: Tensor;
    readonly tokenInputs: Tensor;
    readonly control: Tensor;
    readonly sequenceBegin: Tensor;
}, options: ControlWeightOptions): Tensor;
export {};
