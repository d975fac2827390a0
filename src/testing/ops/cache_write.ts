import { CACHE_STORAGE, type CacheStorage } from "../../ops/cache_storage.ts";
import { cacheWriteOp } from "../../ops/cache_write.ts";
import { type HeadLayout, packedWidth } from "../../ops/heads.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { cacheWriteReference } from "../reference/cache_write.ts";
import { packedHalves } from "../reference/half.ts";
import { given, normal } from "../values.ts";

const LAYOUTS = [
  { heads: 4, keyValueHeads: 1, headDim: 12 },
  { heads: 6, keyValueHeads: 2, headDim: 7 },
  { heads: 3, keyValueHeads: 3, headDim: 32 },
];

function caseOf(layout: HeadLayout, storage: CacheStorage): OpCase {
  const { heads, keyValueHeads, headDim } = layout;
  const cache = [15, keyValueHeads, headDim];
  const kept = (values: HostValue): HostValue => (storage === "f16" ? packedHalves(values) : values);
  return {
    name: "cache_write",
    title: `leaves all but the rows' places alone with heads ${heads}/${keyValueHeads} of ${headDim} in ${storage}`,
    tolerance: 0,
    quick: headDim !== 32,
    inputs: {
      qkv: normal([6, packedWidth(layout)], 1),
      // The last two have their first positions elsewhere: 14 - 15 and 2 - 3, mod 2^32.
      origin: given([6], [10, 0, 0, 5, 0xffff_ffff, 0xffff_ffff], "u32"),
      positions: given([6], [0, 3, 4, 0, 15, 3], "u32"),
      cache_keys: kept(normal(cache, 2)),
      cache_values: kept(normal(cache, 3)),
    },
    dynamicRows: ["qkv", "origin", "positions"],
    op: ({ qkv, origin, positions, cache_keys, cache_values }) =>
      cacheWriteOp({ qkv: qkv!, origin: origin!, positions: positions!, cache_keys: cache_keys!, cache_values: cache_values! }, { layout }),
    reference: (inputs) => cacheWriteReference(inputs, layout),
  };
}

export const cacheWriteCases: readonly OpCase[] = LAYOUTS.flatMap((layout) =>
  CACHE_STORAGE.filter((storage) => storage === "f32" || layout.headDim % 4 === 0).map((storage) => caseOf(layout, storage)),
);
