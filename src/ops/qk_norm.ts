import { reshape, type Tensor } from "../graph/tensor.ts";
import type { GradientSink } from "../graph/trace.ts";
import { columnSum } from "./column_sum.ts";
import { defineOp, shapeError } from "./define.ts";
import { type HeadLayout, packedWidth } from "./heads.ts";

type In = { x: Tensor; query_weight: Tensor; key_weight: Tensor };
type Attributes = { readonly layout: HeadLayout; readonly eps: number };

/** x [N, (H + 2K) D], query_weight and key_weight [D] -> y: every query and key head divided by its root mean square. */
export const qkNormOp = defineOp<In, "y" | "inverse_rms", Attributes>({
  name: "qk_norm",
  shape: (inputs, { layout }) => {
    const { x, query_weight, key_weight } = inputs;
    const right = [query_weight, key_weight].every((weight) => weight.size(0) === layout.headDim);
    if (x.size(1) !== packedWidth(layout) || !right) throw shapeError("qk_norm", inputs, "x [N, (H + 2K) D] and weights [D]");
    return { y: { shape: x.shape }, inverse_rms: { shape: [x.shape[0]!, layout.heads + layout.keyValueHeads] } };
  },
  forward: ({ inputs, outputs, attributes: { layout, eps } }) => {
    const rows = inputs.x.shape[0]!;
    const parameters = { ...sizes(inputs.x, layout), eps };
    return [{ kernel: "attention/qk_norm", bindings: { ...inputs, ...outputs }, parameters, workgroups: rows }];
  },
  backward: ({ inputs, outputs: { inverse_rms }, attributes: { layout } }, { gradient, needs, sink }) => {
    const { grad_x, query_partial, key_partial } = qkNormBackward({ ...inputs, grad_y: gradient("y")!, inverse_rms }, { layout });
    return {
      x: needs("x") ? grad_x : undefined,
      query_weight: needs("query_weight") ? weightGradient(query_partial, sink("query_weight")) : undefined,
      key_weight: needs("key_weight") ? weightGradient(key_partial, sink("key_weight")) : undefined,
    };
  },
});

const qkNormBackward = defineOp<
  In & { grad_y: Tensor; inverse_rms: Tensor },
  "grad_x" | "query_partial" | "key_partial",
  { layout: HeadLayout }
>({
  name: "qk_norm_backward",
  shape: ({ x }, { layout }) => {
    const partial = { shape: [x.shape[0]!, layout.headDim] };
    return { grad_x: { shape: x.shape }, query_partial: partial, key_partial: partial };
  },
  forward: ({ inputs, outputs, attributes: { layout } }) => [
    {
      kernel: "attention/qk_norm_backward",
      bindings: { ...inputs, ...outputs },
      parameters: sizes(inputs.x, layout),
      workgroups: inputs.x.shape[0]!,
    },
  ],
});

function sizes(x: Tensor, { heads, keyValueHeads, headDim }: HeadLayout) {
  return { rows: x.shape[0]!, heads, key_value_heads: keyValueHeads, head_dim: headDim };
}

function weightGradient(partial: Tensor, sink: GradientSink | undefined): Tensor {
  const sum = columnSum(partial, sink);
  return sink ? sum : reshape(sum, [partial.size(1)]);
}

/** RMS norm of the query and key heads of packed qkv, each with a weight of its own; values pass through. */
export function qkNorm(qkv: Tensor, queryWeight: Tensor, keyWeight: Tensor, eps: number, layout: HeadLayout): Tensor {
  return qkNormOp({ x: qkv, query_weight: queryWeight, key_weight: keyWeight }, { layout, eps }).y;
}
