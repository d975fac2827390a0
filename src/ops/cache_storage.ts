import { EngineError } from "../gpu/errors.ts";
import type { DType, Tensor } from "../graph/tensor.ts";
import type { HeadLayout } from "./heads.ts";

/** How a key-value cache keeps its numbers. f16 rounds them to 11 bits, keeps two in a word, and bounds them at 65,504. */
export const CACHE_STORAGE = ["f32", "f16"] as const;
export type CacheStorage = (typeof CACHE_STORAGE)[number];

/** What a place of a cache holds: K vectors of D numbers. */
export type CacheLayout = Pick<HeadLayout, "keyValueHeads" | "headDim">;

/** The cache [T, K, D] of a layer, a place for each of T tokens; with f16 [T, K, D / 2] u32. @throws EngineError for heads that cannot be kept so */
export function cacheTensor(
  places: number,
  { keyValueHeads, headDim }: CacheLayout,
  storage: CacheStorage,
): { readonly shape: readonly number[]; readonly dtype: DType } {
  if (storage === "f32") return { shape: [places, keyValueHeads, headDim], dtype: "f32" };
  if (headDim % 4 !== 0) {
    throw new EngineError(`cacheStorage f16 needs heads of a multiple of 4 numbers; this model's have ${headDim}. Use f32`);
  }
  return { shape: [places, keyValueHeads, headDim / 2], dtype: "u32" };
}

/** Whether a tensor is a cache of such heads, in either storage. */
export function isCache({ shape, dtype }: Tensor, { keyValueHeads, headDim }: CacheLayout): boolean {
  const width = dtype === "u32" ? headDim / 2 : headDim;
  return shape.length === 3 && shape[1] === keyValueHeads && shape[2] === width && (dtype === "f32" || headDim % 4 === 0);
}

/** How a kernel reads and writes caches (lib/cache). */
export function cacheConditions(cache: Tensor): { readonly HALF_CACHE: boolean } {
  return { HALF_CACHE: cache.dtype === "u32" };
}
