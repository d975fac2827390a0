import { ceilDivide, product } from "../graph/scalar.js";
import { defineOp, shapeError } from "./define.js";
import { describePacked, headElements, isPacked } from "./heads.js";
/** qkv [N, (H + 2K) D], sequence_start and sequence_end [N] u32 -> out [N, H D], log_sum_exp [N, H]. */
export const causalAttentionOp = defineOp({
    name: "causal_attention",
    shape: (inputs, { layout }) => {
        const { qkv, sequence_start, sequence_end } = inputs;
        if (!isPacked(qkv, layout) || sequence_start.shape.length !== 1 || sequence_end.shape.length !== 1) {
            throw shapeError("causal_attention", inputs, `${describePacked(layout)}; sequence_start and sequence_end [N]`);
        }
        const rows = qkv.shape[0];
        return { out: { shape: [rows, layout.heads * layout.headDim] }, log_sum_exp: { shape: [rows, layout.heads], isExact: true } };
    },
    forward: ({ inputs: { qkv, sequence_start }, outputs, attributes }, device) => [
        {
            kernel: "attention/causal",
            bindings: { qkv, sequence_start, ...outputs },
            ...launch(qkv, attributes, attributes.layout.heads, device),
        },
    ],
    backward: ({ inputs, outputs, attributes }, { gradient }) => ({
        qkv: causalAttentionBackwardOp({ ...inputs, ...outputs, grad_out: gradient("out") }, attributes).grad_qkv,
    }),
});
/** The gradient of packed qkv: one kernel writes its query heads, then another its key and value heads. */
export const causalAttentionBackwardOp = defineOp({
    name: "causal_attention_backward",
    shape: ({ qkv, log_sum_exp }) => ({ grad_qkv: { shape: qkv.shape }, delta: { shape: log_sum_exp.shape } }),
    forward: ({ inputs, outputs: { grad_qkv, delta }, attributes }, device) => {
        const { qkv, sequence_start, sequence_end, out, log_sum_exp, grad_out } = inputs;
        return [
            {
                kernel: "attention/causal_backward_query",
                bindings: { qkv, sequence_start, grad_out, out, log_sum_exp, grad_qkv, delta },
                ...launch(qkv, attributes, attributes.layout.heads, device),
            },
            {
                kernel: "attention/causal_backward_key_value",
                bindings: { qkv, sequence_end, grad_out, log_sum_exp, delta, grad_qkv },
                ...launch(qkv, attributes, attributes.layout.keyValueHeads, device),
            },
        ];
    },
});
/** A workgroup owns `lanes` rows of one of `heads` heads. */
function launch(qkv, { layout, sharing }, heads, { lanes, software, subgroups }) {
    const rows = qkv.shape[0];
    const { constants, conditions } = headElements(layout.headDim).variant;
    const isByShuffles = (sharing ?? (software ? "shuffles" : "workgroup memory")) === "shuffles";
    return {
        variant: { constants, conditions: { ...conditions, SUBGROUPS: subgroups && isByShuffles } },
        parameters: { rows, heads: layout.heads, key_value_heads: layout.keyValueHeads, scale: 1 / Math.sqrt(layout.headDim) },
        workgroups: product(ceilDivide(rows, lanes), heads),
    };
}
/**
 * Softmax attention of packed rows: row i attends to rows sequenceStart[i] .. i, and query head h to key-value head floor(h / (H / K)).
 * qkv: [N, (H + 2K) D]; sequenceStart, sequenceEnd: [N] u32, the first row of each row's sequence and one past its last -> [N, H D]
 */
export function causalAttention(qkv, sequenceStart, sequenceEnd, layout, sharing) {
    return causalAttentionOp({ qkv, sequence_start: sequenceStart, sequence_end: sequenceEnd }, { layout, sharing }).out;
}
