import { packRows } from "../../nn/rows.ts";
import { CACHE_STORAGE, type CacheStorage } from "../../ops/cache_storage.ts";
import { shortConvCachedOp } from "../../ops/short_conv_cached.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { packedHalves } from "../reference/half.ts";
import { shortConvCachedReference } from "../reference/short_conv_cached.ts";
import { given, normal } from "../values.ts";
import { convolutionInputs } from "./short_conv.ts";

interface Rows {
  readonly title: string;
  readonly positions: readonly number[];
  readonly origin: readonly number[];
  /** Where the prompt of each row begins, and its length. */
  readonly prompt?: readonly number[];
}

const PLACES = 24;
/** 2^32 less so many: the first place of sequences whose prompts are longer than what lies before them. */
const below = (count: number): number => 2 ** 32 - count;

const LENGTHS = [1, 2, 5, 3];

const ROWS: readonly Rows[] = [
  {
    title: "prompts",
    positions: [...packRows(LENGTHS).positions],
    // The second prompt lies at the end, the third before all others.
    origin: [7, 20, 0, 11].flatMap((place, i) => new Array<number>(LENGTHS[i]!).fill(place)),
  },
  {
    title: "new rows",
    // The first two share the prompt at places 2 to 4, of which they need two and one; then sequences whose first tokens are all they have,
    // one without a prompt of its own, and one that is long beyond its prompt.
    positions: [3, 4, 0, 1, 2, 6],
    origin: [below(3) + 13, below(3) + 15, 19, below(1) + 20, 21, below(1) + 5],
    prompt: [2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 0, 1],
  },
];

function caseOf({ title, ...rows }: Rows, [channels, taps, bias]: readonly [number, number, boolean], storage: CacheStorage): OpCase {
  const count = rows.positions.length;
  const cache = normal([PLACES, 1, channels], 4);
  const u32 = (data: readonly number[], ...columns: number[]): HostValue => given([count, ...columns], data, "u32");
  return {
    name: "short_conv_cached",
    title: `${title} with ${channels} channels and ${taps} taps${bias ? " and a bias" : ""} in ${storage}`,
    tolerance: 2e-5,
    quick: channels !== 4,
    inputs: {
      ...convolutionInputs(count, channels, taps, bias),
      origin: u32(rows.origin.map((place) => place % 2 ** 32)),
      positions: u32(rows.positions),
      ...(rows.prompt && { prompt: u32(rows.prompt, 2) }),
      cache: storage === "f16" ? packedHalves(cache) : cache,
    },
    dynamicRows: ["bcx", "origin", "positions", ...(rows.prompt ? ["prompt"] : [])],
    op: ({ bcx, weight, bias, origin, positions, prompt, cache }) =>
      shortConvCachedOp({ bcx: bcx!, weight: weight!, bias, origin: origin!, positions: positions!, prompt, cache: cache! }, {}),
    reference: shortConvCachedReference,
  };
}

const SIZES = [
  [5, 3, true],
  [12, 3, false],
  [4, 4, true],
  [8, 1, false],
] as const;

export const shortConvCachedCases: readonly OpCase[] = ROWS.flatMap((rows) =>
  SIZES.flatMap((size) =>
    CACHE_STORAGE.filter((storage) => storage === "f32" || size[0] % 4 === 0).map((storage) => caseOf(rows, size, storage)),
  ),
);
