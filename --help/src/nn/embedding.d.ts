import type { Tensor } from "../graph/tensor.js";
import { Module, Parameter } from "./module.js";
/** A row of `weight` per token or position. */
export declare class Embedding extends Module {
    readonly weight: Parameter;
    constructor(count: number, size: number, std?: number);
    /** indices: [N] u32 -> [N, C] */
    forward(indices: Tensor): Tensor;
}
