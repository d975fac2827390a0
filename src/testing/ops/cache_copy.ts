import { cacheCopyOp } from "../../ops/cache_copy.ts";
import type { OpCase } from "../op_case.ts";
import { cacheCopyReference } from "../reference/cache_copy.ts";
import { given, integers, normal } from "../values.ts";

/** Heads whose numbers are and are not whole quads, as floats and as words of two 16-bit floats. */
const WIDTHS = [
  { heads: 1, width: 12, dtype: "f32" },
  { heads: 3, width: 7, dtype: "f32" },
  { heads: 2, width: 4, dtype: "u32" },
] as const;

function caseOf({ heads, width, dtype }: (typeof WIDTHS)[number]): OpCase {
  const shape = [6, 5, heads, width];
  const cache = (seed: number) => (dtype === "u32" ? integers(shape, 2 ** 30, seed) : normal(shape, seed));
  return {
    name: "cache_copy",
    title: `leaves all but the copied positions alone with ${heads} x ${width} ${dtype} a position`,
    tolerance: 0,
    quick: true,
    inputs: {
      source: given([4], [2, 2, 0, 2], "u32"),
      target_slot: given([4], [1, 5, 3, 4], "u32"),
      length: given([4], [3, 3, 5, 1], "u32"),
      cache_keys: cache(1),
      cache_values: cache(2),
    },
    dynamicRows: ["source", "target_slot", "length"],
    op: ({ source, target_slot, length, cache_keys, cache_values }) =>
      cacheCopyOp(
        { source: source!, target_slot: target_slot!, length: length!, cache_keys: cache_keys!, cache_values: cache_values! },
        { positions: 5 },
      ),
    reference: cacheCopyReference,
  };
}

export const cacheCopyCases: readonly OpCase[] = WIDTHS.map(caseOf);
