import { swiglu } from "../ops/swiglu.js";
import { fusedLinear, Linear } from "./linear.js";
import { Module } from "./module.js";
/** down(silu(gate(x)) * up(x)) (Shazeer 2020, arXiv 2002.05202). */
export class GatedMlp extends Module {
    gate_up_proj;
    down_proj;
    constructor(hiddenSize, intermediateSize, options = {}) {
        super();
        const { std, outputStd = std } = options;
        this.gate_up_proj = fusedLinear(hiddenSize, { gate_proj: intermediateSize, up_proj: intermediateSize }, std === undefined ? {} : { std });
        this.down_proj = new Linear(intermediateSize, hiddenSize, outputStd === undefined ? {} : { std: outputStd });
    }
    /** x: [N, C] -> [N, C] */
    forward(x) {
        return this.down_proj.forward(swiglu(this.gate_up_proj.forward(x)));
    }
}
