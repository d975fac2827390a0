import { CACHE_STORAGE, type CacheStorage } from "../../ops/cache_storage.ts";
import { type DecodeSplit, decodeAttention } from "../../ops/decode_attention.ts";
import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { decodeAttentionReference } from "../reference/decode_attention.ts";
import { packedHalves } from "../reference/half.ts";
import { given, normal } from "../values.ts";

const LAYOUTS: readonly HeadLayout[] = [
  { heads: 4, keyValueHeads: 1, headDim: 12 },
  { heads: 3, keyValueHeads: 3, headDim: 10 },
  { heads: 6, keyValueHeads: 2, headDim: 7 },
  { heads: 5, keyValueHeads: 5, headDim: 16 },
  { heads: 2, keyValueHeads: 1, headDim: 64 },
  { heads: 9, keyValueHeads: 3, headDim: 1 },
  { heads: 1, keyValueHeads: 1, headDim: 37 },
];

function caseOf(layout: HeadLayout, split: DecodeSplit, storage: CacheStorage): OpCase {
  const { heads, keyValueHeads, headDim } = layout;
  const cache = [4, 20, keyValueHeads, headDim];
  const cache_keys = normal(cache, 2);
  // Beyond the newest position a cache holds anything.
  cache_keys.data.fill(Number.NaN, 59 * keyValueHeads * headDim, 60 * keyValueHeads * headDim);
  const kept = (values: HostValue): HostValue => (storage === "f16" ? packedHalves(values) : values);
  return {
    name: "decode_attention",
    title: `by ${split} with heads ${heads}/${keyValueHeads} of ${headDim} in ${storage}`,
    tolerance: 2e-5,
    quick: headDim === 7 || headDim === 12,
    inputs: {
      qkv: normal([3, (heads + 2 * keyValueHeads) * headDim], 1),
      cache_keys: kept(cache_keys),
      cache_values: kept(normal(cache, 3)),
      sequence: given([3], [2, 0, 3], "u32"),
      positions: given([3], [18, 0, 7], "u32"),
    },
    dynamicRows: ["qkv", "sequence", "positions"],
    op: ({ qkv, cache_keys, cache_values, sequence, positions }) => {
      const rows = { cacheKeys: cache_keys!, cacheValues: cache_values!, sequence: sequence!, positions: positions! };
      return { out: decodeAttention(qkv!, rows, layout, split) };
    },
    reference: (inputs) => decodeAttentionReference(inputs, layout),
  };
}

export const decodeAttentionCases: readonly OpCase[] = LAYOUTS.flatMap((layout) =>
  (["elements", "keys"] as const).flatMap((split) =>
    CACHE_STORAGE.filter((storage) => storage === "f32" || layout.headDim % 4 === 0).map((storage) => caseOf(layout, split, storage)),
  ),
);
