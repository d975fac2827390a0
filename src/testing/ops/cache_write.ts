import { CACHE_STORAGE, type CacheStorage } from "../../ops/cache_storage.ts";
import { cacheWriteOp } from "../../ops/cache_write.ts";
import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { cacheWriteReference } from "../reference/cache_write.ts";
import { packedHalves, roundToHalf } from "../reference/half.ts";
import { given, normal } from "../values.ts";

const LAYOUTS = [
  { heads: 4, keyValueHeads: 1, headDim: 12 },
  { heads: 6, keyValueHeads: 2, headDim: 7 },
  { heads: 3, keyValueHeads: 3, headDim: 32 },
];

function caseOf(layout: HeadLayout, storage: CacheStorage): OpCase {
  const { heads, keyValueHeads, headDim } = layout;
  const cache = [3, 5, keyValueHeads, headDim];
  const exact = (values: HostValue): HostValue => ({ ...values, data: storage === "f16" ? values.data.map(roundToHalf) : values.data });
  const kept = (values: HostValue): HostValue => (storage === "f16" ? packedHalves(values) : values);
  return {
    name: "cache_write",
    title: `leaves all but the rows' places alone with heads ${heads}/${keyValueHeads} of ${headDim} in ${storage}`,
    tolerance: 0,
    quick: headDim !== 32,
    inputs: {
      qkv: exact(normal([6, (heads + 2 * keyValueHeads) * headDim], 1)),
      sequence: given([6], [2, 0, 0, 1, 2, 2], "u32"),
      positions: given([6], [0, 3, 4, 0, 1, 2], "u32"),
      cache_keys: kept(normal(cache, 2)),
      cache_values: kept(normal(cache, 3)),
    },
    dynamicRows: ["qkv", "sequence", "positions"],
    op: ({ qkv, sequence, positions, cache_keys, cache_values }) =>
      cacheWriteOp(
        { qkv: qkv!, sequence: sequence!, positions: positions!, cache_keys: cache_keys!, cache_values: cache_values! },
        { layout },
      ),
    reference: (inputs) => cacheWriteReference(inputs, layout),
  };
}

export const cacheWriteCases: readonly OpCase[] = LAYOUTS.flatMap((layout) =>
  CACHE_STORAGE.filter((storage) => storage === "f32" || layout.headDim % 4 === 0).map((storage) => caseOf(layout, storage)),
);
