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
  { heads: 3, keyValueHeads: 1, headDim: 200 },
];

/** Groups of query heads that fill no tile, and heads of usual sizes, over caches of several parts. */
const LONG: readonly (readonly [HeadLayout, CacheStorage])[] = [
  [{ heads: 2, keyValueHeads: 2, headDim: 8 }, "f16"],
  [{ heads: 4, keyValueHeads: 2, headDim: 64 }, "f32"],
  [{ heads: 7, keyValueHeads: 1, headDim: 64 }, "f16"],
  [{ heads: 9, keyValueHeads: 1, headDim: 128 }, "f32"],
  [{ heads: 1, keyValueHeads: 1, headDim: 130 }, "f32"],
];

interface Caches {
  readonly positions: number;
  readonly storage: CacheStorage;
  /** The newest position of each row. */
  readonly newest: readonly number[];
}

function caseOf(layout: HeadLayout, split: DecodeSplit, { positions, storage, newest }: Caches): OpCase {
  const { heads, keyValueHeads, headDim } = layout;
  const rows = newest.length;
  const slots = newest.map((_, row) => rows - row);
  const cache = [rows + 1, positions, keyValueHeads, headDim];
  const [cache_keys, cache_values] = [normal(cache, 2), normal(cache, 3)];
  // Beyond the newest position a cache holds anything.
  newest.forEach((position, row) => {
    const begin = slots[row]! * positions;
    for (const { data } of [cache_keys, cache_values]) {
      data.fill(Number.NaN, (begin + position + 1) * keyValueHeads * headDim, (begin + positions) * keyValueHeads * headDim);
    }
  });
  const kept = (values: HostValue): HostValue => (storage === "f16" ? packedHalves(values) : values);
  return {
    name: "decode_attention",
    title: `by ${split} with heads ${heads}/${keyValueHeads} of ${headDim} in ${storage} over ${positions} positions`,
    tolerance: 2e-5,
    // A lane for a head, and several, in the kernel that splits elements.
    quick: headDim === 7 || headDim === 37,
    inputs: {
      qkv: normal([rows, (heads + 2 * keyValueHeads) * headDim], 1),
      cache_keys: kept(cache_keys),
      cache_values: kept(cache_values),
      sequence: given([rows], slots, "u32"),
      positions: given([rows], [...newest], "u32"),
    },
    dynamicRows: ["qkv", "sequence", "positions"],
    op: ({ qkv, cache_keys, cache_values, sequence, positions }) => {
      const rows = { cacheKeys: cache_keys!, cacheValues: cache_values!, sequence: sequence!, positions: positions! };
      return { out: decodeAttention(qkv!, rows, layout, split) };
    },
    reference: (inputs) => decodeAttentionReference(inputs, layout),
  };
}

/** Every layout over a cache of one part. */
const short = (split: DecodeSplit, layouts: readonly HeadLayout[]): readonly OpCase[] =>
  layouts.flatMap((layout) =>
    CACHE_STORAGE.filter((storage) => storage === "f32" || (split === "elements" && layout.headDim % 4 === 0)).map((storage) =>
      caseOf(layout, split, { positions: 20, storage, newest: [18, 0, 7] }),
    ),
  );

export const decodeAttentionCases: readonly OpCase[] = [
  ...short("elements", LAYOUTS),
  ...short(
    "positions",
    LAYOUTS.filter(({ headDim }) => [1, 7, 12].includes(headDim)),
  ),
  ...LONG.map(([layout, storage]) => caseOf(layout, "positions", { positions: 300, storage, newest: [126, 0, 299, 127, 128] })),
  // More positions than parts of one block: here a part has two.
  caseOf({ heads: 2, keyValueHeads: 1, headDim: 4 }, "positions", { positions: 8300, storage: "f32", newest: [8299, 130] }),
];
