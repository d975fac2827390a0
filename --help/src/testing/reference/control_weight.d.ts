import type { HostValues } from "../check_op.js";
/** token_inputs with control_weight = tokens / max(gated tokens, 1), over each sequence or over the batch that control counted. */
export declare function controlWeightReference({ statistics, sequence_begin, control, token_inputs }: HostValues, options: {
    readonly gate: "probability" | "entropy-effect";
    readonly tau: number;
    readonly scope: "batch" | "sequence";
}): {
    token_inputs: Float64Array;
};
