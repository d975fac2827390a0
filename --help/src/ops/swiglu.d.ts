import type { Tensor } from "../graph/tensor.js";
/** gate_up [N, 2F] (gate, then up) -> y [N, F] = silu(gate) * up (Shazeer 2020, arXiv 2002.05202). */
export declare const swigluOp: import("./define.js").Op<{
    gate_up: Tensor;
}, "y", Record<never, never>>;
/** silu(gate) * up of gate_up [N, 2F], whose rows hold the gate and then up: [N, F]. */
export declare function swiglu(gateUp: Tensor): Tensor;
