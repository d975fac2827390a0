import { createRandom, type Random } from "../random.ts";
import type { Problem, Split } from "./task.ts";

/** A 32-bit hash of a text, the same on every machine: FNV-1a followed by MurmurHash3's finalizer, whose low bits are usable. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Holds out the problems whose canonical form hashes lowest, at most a fifth of them. Both splits come in hash order, so that reading
 * one from the front draws a fair sample. `canonical` must differ between any two problems.
 */
export function splitByHash<P extends Problem>(
  problems: readonly P[],
  canonical: (problem: P) => string,
  heldOut: number,
): Record<Split, readonly P[]> {
  const ranked = problems
    .map((problem) => {
      const key = canonical(problem);
      return { problem, key, hash: hashText(key) };
    })
    .sort((a, b) => a.hash - b.hash || (a.key < b.key ? -1 : 1))
    .map(({ problem }) => problem);
  const count = Math.min(heldOut, Math.floor(problems.length / 5));
  return { eval: ranked.slice(0, count), train: ranked.slice(count) };
}

/** After so many draws in a row that gave nothing new, the task is taken to have no more problems. */
const FRUITLESS_DRAWS = 5_000;

/**
 * Draws different problems of a task that has too many to list: the same ones every time, and at most `limit`. `draw` may return
 * undefined. Of problems with one `canonical` form (see `splitByHash`) the first one drawn stays.
 */
export function* drawProblems<P extends Problem>(
  name: string,
  limit: number,
  draw: (random: Random) => P | undefined,
  canonical: (problem: P) => string,
): Iterable<P> {
  const random = createRandom(hashText(name));
  const known = new Set<string>();
  for (let fruitless = 0; fruitless < FRUITLESS_DRAWS && known.size < limit; fruitless++) {
    const problem = draw(random);
    if (problem === undefined) continue;
    const size = known.size;
    known.add(canonical(problem));
    if (known.size === size) continue;
    fruitless = 0;
    yield problem;
  }
}

/** Computes a value on the first call and returns it again on later ones. */
export function once<T>(compute: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => {
    result ??= { value: compute() };
    return result.value;
  };
}
