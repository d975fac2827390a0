import type { Tensor } from "../graph/tensor.js";
import { Module, Parameter } from "./module.js";
/** x / sqrt(mean(x^2) + eps) * weight */
export declare class RMSNorm extends Module {
    readonly weight: Parameter;
    readonly eps: number;
    constructor(size: number, eps: number);
    /** x: [N, C] -> [N, C] */
    forward(x: Tensor): Tensor;
}
/** (x - mean) / sqrt(variance + eps) * weight + bias */
export declare class LayerNorm extends Module {
    readonly weight: Parameter;
    readonly bias: Parameter;
    readonly eps: number;
    constructor(size: number, eps: number);
    /** x: [N, C] -> [N, C] */
    forward(x: Tensor): Tensor;
}
