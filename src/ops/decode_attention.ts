import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import { type HeadLayout, headVariant } from "./heads.ts";

type In = { qkv: Tensor; cache_keys: Tensor; cache_values: Tensor; positions: Tensor };

export const decodeAttentionOp = defineOp<In, "out", { layout: HeadLayout }>({
  name: "decode_attention",
  shape: ({ qkv }, { layout }) => ({ out: { shape: [qkv.shape[0]!, layout.heads * layout.headDim] } }),
  forward: ({ inputs, outputs, attributes: { layout } }) => {
    const { heads, keyValueHeads, headDim } = layout;
    const rows = inputs.qkv.shape[0]!;
    const cache_positions = inputs.cache_keys.size(1);
    const parameters = { rows, heads, key_value_heads: keyValueHeads, cache_positions, scale: 1 / Math.sqrt(headDim) };
    return [
      {
        kernel: "attention/decode",
        variant: headVariant(layout),
        bindings: { ...inputs, ...outputs },
        parameters,
        workgroups: ceilDivide(product(rows, heads), 64),
      },
    ];
  },
});

export function decodeAttention(qkv: Tensor, cache_keys: Tensor, cache_values: Tensor, positions: Tensor, layout: HeadLayout): Tensor {
  return decodeAttentionOp({ qkv, cache_keys, cache_values, positions }, { layout }).out;
}
