import { embedding } from "../ops/embedding.js";
import { Module, Parameter } from "./module.js";
/** A row of `weight` per token or position. */
export class Embedding extends Module {
    weight;
    constructor(count, size, std = 0.02) {
        super();
        this.weight = new Parameter([count, size], { kind: "normal", standardDeviation: std });
    }
    /** indices: [N] u32 -> [N, C] */
    forward(indices) {
        return embedding(indices, this.weight.tensor);
    }
}
