import type { HeadLayout } from "../../ops/heads.ts";
import type { HostValues } from "../check_op.ts";
import { cacheWriteReference } from "./cache_write.ts";
import { ropeReference } from "./rope.ts";

/** Heads turned by the angle of their row's position, and the caches with the turned keys and the values, in double precision. */
export function ropeCacheWriteReference(
  { x, positions, table, ...cache }: HostValues,
  layout: HeadLayout,
): { y: Float64Array; cache_keys: Float64Array; cache_values: Float64Array } {
  const { y } = ropeReference({ x: x!, positions: positions!, table: table! }, layout);
  return { y, ...cacheWriteReference({ ...cache, positions: positions!, qkv: { shape: x!.shape, data: y } }, layout) };
}
