import type { HostValues } from "../check_op.js";
/** y [M, N] = op(a) op(b) + bias + residual, in double precision; layouts as in src/ops/matmul/problem.ts. */
export declare function matmulReference({ a, b, bias, residual }: HostValues, layout: "NN" | "NT" | "TN"): {
    y: Float64Array;
};
