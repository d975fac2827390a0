import { matmul } from "../ops/matmul/op.js";
import { Module, Parameter } from "./module.js";
/** y = x W^T + b, with W [out, in] as PyTorch stores it. */
export class Linear extends Module {
    weight;
    bias;
    constructor(inFeatures, outFeatures, options = {}) {
        super();
        const std = options.std ?? 0.02;
        this.weight = new Parameter([outFeatures, inFeatures], { kind: "normal", standardDeviation: std }, options.parts);
        this.bias = options.bias ? new Parameter([outFeatures], { kind: "zeros" }, options.parts) : undefined;
    }
    /** x: [N, in] -> [N, out] */
    forward(x) {
        return matmul(x, this.weight, { layout: "NT", ...(this.bias ? { bias: this.bias.tensor } : {}) });
    }
}
/** Several linear layers of one input as one matrix, such as q, k and v, or gate and up. Their outputs lie side by side. */
export function fusedLinear(inFeatures, parts, options = {}) {
    const list = Object.entries(parts).map(([name, rows]) => ({ name, rows }));
    const outFeatures = list.reduce((total, { rows }) => total + rows, 0);
    return new Linear(inFeatures, outFeatures, { ...options, parts: list });
}
/** y = x W + b, with W [in, out]: GPT-2's Conv1D. */
export class Conv1D extends Module {
    weight;
    bias;
    constructor(inFeatures, outFeatures, std = 0.02) {
        super();
        this.weight = new Parameter([inFeatures, outFeatures], { kind: "normal", standardDeviation: std });
        this.bias = new Parameter([outFeatures], { kind: "zeros" });
    }
    /** x: [N, in] -> [N, out] */
    forward(x) {
        return matmul(x, this.weight, { layout: "NN", bias: this.bias.tensor });
    }
}
