import { CACHE_STORAGE, type CacheStorage } from "../../ops/cache_storage.ts";
import { type DecodeWay, decodeAttention } from "../../ops/decode_attention.ts";
import { type HeadLayout, packedWidth } from "../../ops/heads.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { decodeAttentionReference } from "../reference/decode_attention.ts";
import { packedHalves } from "../reference/half.ts";
import { given, normal } from "../values.ts";
import { describeHeads } from "./causal_attention.ts";

const LAYOUTS: readonly HeadLayout[] = [
  { heads: 4, keyValueHeads: 1, headDim: 12 },
  { heads: 3, keyValueHeads: 3, headDim: 10 },
  { heads: 6, keyValueHeads: 2, headDim: 7, cap: 1.5 },
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

const WAYS: Readonly<Record<DecodeWay, string>> = { apart: "lanes apart", together: "lanes together", positions: "by positions" };

interface Caches {
  /** The most positions of a sequence. */
  readonly length: number;
  readonly storage: CacheStorage;
  /** The newest position of each row. */
  readonly newest: readonly number[];
  /** How many rows share each prompt. Left out: the first two one, the others none. */
  readonly groups?: readonly number[];
  readonly window?: number;
}

/**
 * Where rows lie in a cache: first prompts, those of the first rows at the end, and then own tokens, the last row's first. Rows that follow one
 * another share the prompt of their group, which has from a quarter to three quarters of the tokens of the shortest of them.
 */
function placesOf(newest: readonly number[], groups: readonly number[]) {
  let places = 0;
  const take = (count: number): number => {
    places += count;
    return places - count;
  };
  const prompts = new Array<readonly [first: number, length: number]>(newest.length);
  let end = newest.length;
  for (const [group, size] of [...groups.entries()].reverse()) {
    const shortest = Math.min(...newest.slice(end - size, end));
    const length = Math.floor(((shortest + 1) * ((group % 3) + 1)) / 4);
    prompts.fill([take(length), length], end - size, end);
    end -= size;
  }
  const origins = new Array<number>(newest.length);
  for (let row = newest.length - 1; row >= 0; row -= 1) {
    const [, length] = prompts[row]!;
    // One place behind each sequence is nobody's.
    origins[row] = (take(newest[row]! + 2 - length) - length + 2 ** 32) % 2 ** 32;
  }
  return { origins, prompts: prompts.flat(), places };
}

/** The first two rows share a prompt, and the others have their own. */
const pairFirst = (newest: readonly number[]): readonly number[] => [Math.min(2, newest.length), ...newest.slice(2).map(() => 1)];

function caseOf(layout: HeadLayout, way: DecodeWay, { length, storage, newest, groups, window }: Caches): OpCase {
  const { keyValueHeads, headDim } = layout;
  const rows = newest.length;
  const { origins, prompts, places } = placesOf(newest, groups ?? pairFirst(newest));
  const cache = [places, keyValueHeads, headDim];
  const [cache_keys, cache_values] = [normal(cache, 2), normal(cache, 3)];
  // Behind the newest position a cache holds anything.
  newest.forEach((position, row) => {
    const begin = ((origins[row]! + position + 1) % 2 ** 32) * keyValueHeads * headDim;
    for (const { data } of [cache_keys, cache_values]) data.fill(Number.NaN, begin, begin + keyValueHeads * headDim);
  });
  const kept = (values: HostValue): HostValue => (storage === "f16" ? packedHalves(values) : values);
  return {
    name: "decode_attention",
    title: `${WAYS[way]} with ${describeHeads(layout)} in ${storage} over ${length} positions${groups === undefined ? "" : ` with ${groups.join(" ")} rows a prompt`}${window === undefined ? "" : ` in a window of ${window}`}`,
    tolerance: 2e-5,
    needsSubgroups: way === "together",
    forGpus: way === "positions",
    // Groups of heads, long heads, a window, and prompts that rows share.
    quick: headDim === 7 || headDim === 37 || window === 5 || groups !== undefined,
    inputs: {
      qkv: normal([rows, packedWidth(layout)], 1),
      cache_keys: kept(cache_keys),
      cache_values: kept(cache_values),
      origin: given([rows], origins, "u32"),
      positions: given([rows], [...newest], "u32"),
      prompt: given([rows, 2], prompts, "u32"),
    },
    dynamicRows: ["qkv", "origin", "positions", "prompt"],
    op: ({ qkv, cache_keys, cache_values, origin, positions, prompt }) => {
      const rows = { cacheKeys: cache_keys!, cacheValues: cache_values!, origin: origin!, positions: positions!, prompt: prompt! };
      return { out: decodeAttention(qkv!, rows, { layout, length, window, way }) };
    },
    reference: (inputs) => decodeAttentionReference(inputs, layout, window),
  };
}

/** Every layout over a cache of one part. */
const short = (way: DecodeWay, layouts: readonly HeadLayout[]): readonly OpCase[] =>
  layouts.flatMap((layout) =>
    CACHE_STORAGE.filter((storage) => storage === "f32" || (way === "apart" && layout.headDim % 4 === 0)).map((storage) =>
      caseOf(layout, way, { length: 20, storage, newest: [18, 7, 0, 11] }),
    ),
  );

export const decodeAttentionCases: readonly OpCase[] = [
  ...short("apart", LAYOUTS),
  ...short(
    "together",
    LAYOUTS.filter(({ headDim }) => ![1, 16].includes(headDim)),
  ),
  ...short(
    "positions",
    LAYOUTS.filter(({ headDim }) => [1, 7, 12].includes(headDim)),
  ),
  ...LONG.map(([layout, storage]) => caseOf(layout, "positions", { length: 300, storage, newest: [298, 127, 299, 0, 128, 126] })),
  // Windows that begin in a block, between two, and before the first position; parts that a window leaves out.
  ...(["apart", "together", "positions"] as const).flatMap((way) => [
    caseOf({ heads: 4, keyValueHeads: 2, headDim: 12, scale: 0.5, cap: 1.2 }, way, {
      length: 20,
      storage: "f32",
      newest: [18, 7, 0, 4],
      window: 5,
    }),
    caseOf({ heads: 2, keyValueHeads: 1, headDim: 8 }, way, {
      length: 300,
      storage: "f32",
      newest: [298, 127, 299, 0, 128, 255],
      window: 128,
    }),
    caseOf({ heads: 2, keyValueHeads: 1, headDim: 8 }, way, { length: 300, storage: "f16", newest: [298, 127, 2, 140], window: 30 }),
  ]),
  // Prompts that whole workgroups share, and some that end within one.
  ...(
    [
      [{ heads: 3, keyValueHeads: 3, headDim: 8 }, undefined],
      [{ heads: 2, keyValueHeads: 2, headDim: 8 }, 6],
      [{ heads: 2, keyValueHeads: 2, headDim: 64 }, 6],
      [{ heads: 6, keyValueHeads: 2, headDim: 10 }, undefined],
      [{ heads: 9, keyValueHeads: 1, headDim: 8 }, 6],
    ] as const
  ).map(([layout, window]) =>
    caseOf(layout, "together", {
      length: 20,
      storage: layout.headDim === 64 ? "f16" : "f32",
      newest: Array.from({ length: 19 }, (_, row) => (7 * row + 4) % 20),
      groups: [8, 3, 1, 1, 1, 5],
      ...(window && { window }),
    }),
  ),
  // More positions than parts of one block: here a part has two.
  caseOf({ heads: 2, keyValueHeads: 1, headDim: 4 }, "positions", { length: 8300, storage: "f32", newest: [8299, 130] }),
];
