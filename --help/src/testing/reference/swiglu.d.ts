import type { HostValues } from "../check_op.js";
/** y = silu(gate) * up, where each row of gate_up holds the gate and then up. */
export declare function swigluReference({ gate_up }: HostValues): {
    y: Float64Array;
};
