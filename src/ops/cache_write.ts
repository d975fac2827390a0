import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp } from "./define.ts";
import type { HeadLayout } from "./heads.ts";

type In = { qkv: Tensor; sequence: Tensor; positions: Tensor; cache_keys: Tensor; cache_values: Tensor };

export const cacheWriteOp = defineOp<In, "cache_keys" | "cache_values", { layout: HeadLayout }>({
  name: "cache_write",
  shape: ({ cache_keys, cache_values }) => ({ cache_keys: { inPlaceOf: cache_keys }, cache_values: { inPlaceOf: cache_values } }),
  forward: ({ inputs: { qkv, sequence, positions }, outputs, attributes: { layout } }) => {
    const rows = qkv.shape[0]!;
    const key_width = layout.keyValueHeads * layout.headDim;
    const parameters = { rows, query_width: layout.heads * layout.headDim, key_width, cache_positions: outputs.cache_keys.size(1) };
    const bindings = { qkv, sequence, positions, ...outputs };
    return [{ kernel: "attention/cache_write", bindings, parameters, workgroups: ceilDivide(product(rows, key_width), 64) }];
  },
});

export function cacheWrite(qkv: Tensor, keys: Tensor, values: Tensor, sequence: Tensor, positions: Tensor, layout: HeadLayout): void {
  cacheWriteOp({ qkv, sequence, positions, cache_keys: keys, cache_values: values }, { layout });
}
