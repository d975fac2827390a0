import type { KernelVariant } from "../gpu/kernel.js";
import { type Scalar } from "../graph/scalar.js";
import type { Tensor } from "../graph/tensor.js";
import type { DeviceTraits } from "../graph/trace.js";
/**
 * How a kernel goes over logits [N, V]: a lane takes a whole row where rows are short, else a workgroup takes a row. On a CPU neighbouring
 * lanes need not read neighbouring words, so a lane takes longer rows there.
 */
export declare function vocabularyRows(logits: Tensor, device: DeviceTraits): {
    readonly variant: KernelVariant;
    readonly workgroups: Scalar;
};
