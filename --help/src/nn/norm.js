import { layerNorm } from "../ops/layer_norm.js";
import { rmsNorm } from "../ops/rms_norm.js";
import { Module, Parameter } from "./module.js";
/** x / sqrt(mean(x^2) + eps) * weight */
export class RMSNorm extends Module {
    weight;
    eps;
    constructor(size, eps) {
        super();
        this.weight = new Parameter([size], { kind: "ones" });
        this.eps = eps;
    }
    /** x: [N, C] -> [N, C] */
    forward(x) {
        return rmsNorm(x, this.weight.tensor, this.eps);
    }
}
/** (x - mean) / sqrt(variance + eps) * weight + bias */
export class LayerNorm extends Module {
    weight;
    bias;
    eps;
    constructor(size, eps) {
        super();
        this.weight = new Parameter([size], { kind: "ones" });
        this.bias = new Parameter([size], { kind: "zeros" });
        this.eps = eps;
    }
    /** x: [N, C] -> [N, C] */
    forward(x) {
        return layerNorm(x, this.weight.tensor, this.bias.tensor, this.eps);
    }
}
