import type { Tensor } from "../graph/tensor.js";
import { type FusedPart, Module, Parameter } from "./module.js";
/** y = x W^T + b, with W [out, in] as PyTorch stores it. */
export declare class Linear extends Module {
    readonly weight: Parameter;
    readonly bias: Parameter | undefined;
    constructor(inFeatures: number, outFeatures: number, options?: {
        readonly bias?: boolean;
        readonly parts?: readonly FusedPart[];
        readonly std?: number;
    });
    /** x: [N, in] -> [N, out] */
    forward(x: Tensor): Tensor;
}
/** Several linear layers of one input as one matrix, such as q, k and v, or gate and up. Their outputs lie side by side. */
export declare function fusedLinear(inFeatures: number, parts: Readonly<Record<string, number>>, options?: {
    readonly bias?: boolean;
    readonly std?: number;
}): Linear;
/** y = x W + b, with W [in, out]: GPT-2's Conv1D. */
export declare class Conv1D extends Module {
    readonly weight: Parameter;
    readonly bias: Parameter;
    constructor(inFeatures: number, outFeatures: number, std?: number);
    /** x: [N, in] -> [N, out] */
    forward(x: Tensor): Tensor;
}
