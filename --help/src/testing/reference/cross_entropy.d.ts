import type { HostValues } from "../check_op.js";
/** coefficients (-weight, 0), and token metrics: loss -weight * logp, ratio 1, entropy. */
export declare function crossEntropyReference({ statistics, token_inputs }: HostValues): Record<"coefficients" | "token_metrics", Float64Array>;
