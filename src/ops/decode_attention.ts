import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import { cacheConditions, isCache } from "./cache_storage.ts";
import { type DecodeTensors, decodeInParts, partsOf } from "./decode_parts.ts";
import { defineOp, shapeError } from "./define.ts";
import { describePacked, type HeadLayout, headElements, isPacked } from "./heads.ts";

/** What workgroups split among them: the elements of heads (software adapters) or the positions of a sequence (GPUs). */
export type DecodeSplit = "elements" | "positions";

type In = { qkv: Tensor; sequence: Tensor; positions: Tensor; cache_keys: Tensor; cache_values: Tensor };
type Attributes = { readonly layout: HeadLayout; readonly split?: DecodeSplit | undefined };

/**
 * qkv [N, (H + 2K) D], sequence and positions [N] u32, cache_keys and cache_values [S, P, K, D] -> out [N, H D].
 * sums and scales hold the parts of rows on the way, where the kernels of GPUs cut a row's positions into several.
 */
export const decodeAttentionOp = defineOp<In, "out" | "sums" | "scales", Attributes>({
  name: "decode_attention",
  shape: (inputs, { layout }) => {
    if (!isPacked(inputs.qkv, layout) || !isCache(inputs.cache_keys, layout) || !isCache(inputs.cache_values, layout)) {
      throw shapeError("decode_attention", inputs, `${describePacked(layout)}; caches [S, P, ${layout.keyValueHeads}, ${layout.headDim}]`);
    }
    const rows = inputs.qkv.shape[0]!;
    const { parts } = partsOf(inputs.cache_keys.size(1));
    return {
      out: { shape: [rows, layout.heads * layout.headDim] },
      sums: { shape: [rows, parts, layout.heads * layout.headDim] },
      scales: { shape: [rows, parts, layout.heads, 2] },
    };
  },
  forward: ({ inputs, outputs, attributes: { layout, split } }, device) =>
    (split ?? (device.software ? "elements" : "positions")) === "elements"
      ? decodeByElements({ inputs, outputs }, layout, device)
      : decodeInParts({ inputs, outputs }, layout, device),
});

/** The elements of a head that a lane keeps. Beyond 14 a lane was slower on lavapipe than two, likely for want of registers. */
const MOST_ELEMENTS = 12;

/** The kernel of software adapters: a lane, or a few, for each head, which walk over all positions. */
function decodeByElements({ inputs, outputs: { out } }: DecodeTensors, layout: HeadLayout, { lanes }: DeviceTraits): readonly Dispatch[] {
  const { heads, keyValueHeads, headDim } = layout;
  const rows = inputs.qkv.shape[0]!;
  const { variant, width } = headElements(headDim);
  const headLanes = Math.min(lanes, 2 ** Math.ceil(Math.log2(Math.max(1, headDim / width / MOST_ELEMENTS))));
  return [
    {
      kernel: "attention/decode",
      variant: {
        constants: { ...variant.constants, HEAD_LANES: headLanes },
        conditions: { ...variant.conditions, ...cacheConditions(inputs.cache_keys) },
      },
      bindings: { ...inputs, out },
      parameters: {
        rows,
        heads,
        key_value_heads: keyValueHeads,
        cache_positions: inputs.cache_keys.size(1),
        scale: 1 / Math.sqrt(headDim),
      },
      workgroups: ceilDivide(product(rows, heads), lanes / headLanes),
    },
  ];
}

/** A key-value cache, and where each row stands in it. */
export interface CachedRows {
  /** [S, P, K, D], or [S, P, K, D / 2] u32 where they are kept in 16 bits. */
  readonly cacheKeys: Tensor;
  readonly cacheValues: Tensor;
  /** [N] u32: the cache slot of each row, and the index p of its token in the sequence. */
  readonly sequence: Tensor;
  readonly positions: Tensor;
}

/**
 * Attention of one new row per sequence over its cache slot, where cacheWrite has put the row's own key and value before.
 * qkv: [N, (H + 2K) D]; each row attends to positions 0 .. p of its slot -> [N, H D]
 */
export function decodeAttention(qkv: Tensor, rows: CachedRows, layout: HeadLayout, split?: DecodeSplit): Tensor {
  const { sequence, positions, cacheKeys, cacheValues } = rows;
  return decodeAttentionOp({ qkv, sequence, positions, cache_keys: cacheKeys, cache_values: cacheValues }, { layout, split }).out;
}
