import type { Ceilings } from "./ceilings.ts";
import type { Spread } from "./sampling.ts";

/** What a row must have to be held against the ceilings. */
interface Rated {
  readonly milliseconds: Spread;
  readonly uncontendedMilliseconds?: Spread;
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
}

/** A ceiling is itself the best of a few measurements. */
const MOST_SHARE = 1.05;

/** What no GPU keeps in a cache. */
const UNCACHED_BYTES = 256 * 2 ** 20;

/** The time that the ceilings allow over the time taken, which is the uncontended one if there is one. */
export function shareOfCeiling(row: Rated, ceilings: Ceilings): number {
  return Math.max(row.gflops / ceilings.gflops, row.gigabytesPerSecond / ceilings.gigabytesPerSecond) * contention(row);
}

/** Whether a row is faster than its ceilings allow, and not because its memory was in a cache. */
export function isAboveCeiling(row: Rated, ceilings: Ceilings): boolean {
  const most = MOST_SHARE / contention(row);
  const bytes = row.gigabytesPerSecond * row.milliseconds.median * 1e6;
  return row.gflops > most * ceilings.gflops || (bytes >= UNCACHED_BYTES && row.gigabytesPerSecond > most * ceilings.gigabytesPerSecond);
}

/** Rates are by the wall clock; a software adapter's share is that of the time without other processes. */
function contention({ milliseconds, uncontendedMilliseconds = milliseconds }: Rated): number {
  return milliseconds.median / uncontendedMilliseconds.median;
}
