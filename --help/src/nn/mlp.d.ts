import type { Tensor } from "../graph/tensor.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";
/** down(silu(gate(x)) * up(x)) (Shazeer 2020, arXiv 2002.05202). */
export declare class GatedMlp extends Module {
    readonly gate_up_proj: Linear;
    readonly down_proj: Linear;
    constructor(hiddenSize: number, intermediateSize: number, options?: {
        readonly std?: number;
        readonly outputStd?: number;
    });
    /** x: [N, C] -> [N, C] */
    forward(x: Tensor): Tensor;
}
