import { CACHE_STORAGE, type CacheStorage } from "../../ops/cache_storage.ts";
import { type HeadLayout, packedWidth } from "../../ops/heads.ts";
import { ropeCacheWriteOp } from "../../ops/rope_cache_write.ts";
import { ropeTable } from "../../ops/rope_table.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { packedHalves } from "../reference/half.ts";
import { ropeCacheWriteReference } from "../reference/rope_cache_write.ts";
import { given, normal } from "../values.ts";

/** Heads, and how many of their numbers are rotated. */
const LAYOUTS: readonly (readonly [HeadLayout, number])[] = [
  [{ heads: 4, keyValueHeads: 1, headDim: 8 }, 8],
  [{ heads: 6, keyValueHeads: 2, headDim: 10 }, 10],
  [{ heads: 3, keyValueHeads: 3, headDim: 32 }, 32],
  [{ heads: 2, keyValueHeads: 1, headDim: 24 }, 8],
  [{ heads: 2, keyValueHeads: 2, headDim: 6 }, 2],
];

/** Angles of quarter turns have exact sines, and so the 16-bit words of a cache compare exactly. */
function quarterTurns(positions: number, headDim: number): number[] {
  const half = headDim / 2;
  const turn = (position: number, column: number): number => [1, 0, -1, 0][(position + column + (column >= half ? 3 - half : 0)) % 4]!;
  return Array.from({ length: positions * headDim }, (_, i) => turn(Math.floor(i / headDim), i % headDim));
}

function caseOf(layout: HeadLayout, rotary: number, storage: CacheStorage): OpCase {
  const { heads, keyValueHeads, headDim } = layout;
  const cache = [15, keyValueHeads, headDim];
  const kept = (values: HostValue): HostValue => (storage === "f16" ? packedHalves(values) : values);
  const table = storage === "f16" ? quarterTurns(5, rotary) : [...ropeTable({ positions: 5, headDim: rotary, theta: 100 })];
  return {
    name: "rope_cache_write",
    title: `leaves all but the rows' places alone with heads ${heads}/${keyValueHeads} of ${headDim}${rotary < headDim ? ` rotated by ${rotary}` : ""} in ${storage}`,
    tolerance: storage === "f16" ? 0 : 2e-6,
    quick: headDim !== 32,
    inputs: {
      x: normal([6, packedWidth(layout)], 1),
      positions: given([6], [0, 3, 4, 0, 1, 2], "u32"),
      table: given([5, rotary], table),
      // The last two have their first positions elsewhere: 0 - 1 and 1 - 2, mod 2^32.
      origin: given([6], [10, 0, 0, 5, 0xffff_ffff, 0xffff_ffff], "u32"),
      cache_keys: kept(normal(cache, 2)),
      cache_values: kept(normal(cache, 3)),
    },
    dynamicRows: ["x", "positions", "origin"],
    op: ({ x, positions, table, origin, cache_keys, cache_values }) =>
      ropeCacheWriteOp(
        { x: x!, positions: positions!, table: table!, origin: origin!, cache_keys: cache_keys!, cache_values: cache_values! },
        { layout },
      ),
    reference: (inputs) => ropeCacheWriteReference(inputs, layout),
  };
}

export const ropeCacheWriteCases: readonly OpCase[] = LAYOUTS.flatMap(([layout, rotary]) =>
  CACHE_STORAGE.filter((storage) => storage === "f32" || layout.headDim % 8 === 0).map((storage) => caseOf(layout, rotary, storage)),
);
