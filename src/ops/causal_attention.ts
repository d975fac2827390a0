import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Dispatch } from "../graph/trace.ts";
import { defineOp } from "./define.ts";
import { type HeadLayout, headVariant } from "./heads.ts";

type In = { qkv: Tensor; sequence_start: Tensor; sequence_end: Tensor };

function common(qkv: Tensor, layout: HeadLayout) {
  const { heads, keyValueHeads, headDim } = layout;
  return {
    variant: headVariant(layout),
    parameters: { rows: qkv.shape[0]!, heads, key_value_heads: keyValueHeads, scale: 1 / Math.sqrt(headDim) },
  };
}

export const causalAttentionOp = defineOp<In, "out" | "log_sum_exp", { layout: HeadLayout }>({
  name: "causal_attention",
  shape: ({ qkv }, { layout }) => {
    const rows = qkv.shape[0]!;
    return { out: { shape: [rows, layout.heads * layout.headDim] }, log_sum_exp: { shape: [rows, layout.heads] } };
  },
  forward: ({ inputs: { qkv, sequence_start }, outputs, attributes: { layout } }) => [
    {
      kernel: "attention/causal",
      ...common(qkv, layout),
      bindings: { qkv, sequence_start, ...outputs },
      workgroups: ceilDivide(product(qkv.shape[0]!, layout.heads), 64),
    },
  ],
  backward: ({ inputs, outputs, attributes }, { gradient }) => ({
    qkv: causalAttentionBackwardOp({ ...inputs, ...outputs, grad_out: gradient("out")! }, attributes).grad_qkv,
  }),
});

type BackwardIn = In & { out: Tensor; log_sum_exp: Tensor; grad_out: Tensor };

export const causalAttentionBackwardOp = defineOp<BackwardIn, "grad_qkv" | "delta", { layout: HeadLayout }>({
  name: "causal_attention_backward",
  shape: ({ qkv, log_sum_exp }) => ({ grad_qkv: { shape: qkv.shape }, delta: { shape: log_sum_exp.shape } }),
  forward: ({
    inputs: { qkv, sequence_start, sequence_end, out, log_sum_exp, grad_out },
    outputs: { grad_qkv, delta },
    attributes: { layout },
  }): Dispatch[] => [
    {
      kernel: "attention/causal_backward_query",
      ...common(qkv, layout),
      bindings: { qkv, sequence_start, out, log_sum_exp, grad_out, grad_qkv, delta },
      workgroups: ceilDivide(product(qkv.shape[0]!, layout.heads), 64),
    },
    {
      kernel: "attention/causal_backward_key_value",
      ...common(qkv, layout),
      bindings: { qkv, sequence_end, log_sum_exp, delta, grad_out, grad_qkv },
      workgroups: ceilDivide(product(qkv.shape[0]!, layout.keyValueHeads), 64),
    },
  ],
});

export function causalAttention(qkv: Tensor, sequence_start: Tensor, sequence_end: Tensor, layout: HeadLayout): Tensor {
  return causalAttentionOp({ qkv, sequence_start, sequence_end }, { layout }).out;
}
