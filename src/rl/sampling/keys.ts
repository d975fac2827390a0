/**
 * The random numbers of a rollout: its sequences have the keys from `first` on, in a block of keys. No two rollouts of a run may share any.
 */
export interface SequenceKeys {
  readonly first: number;
  /** Each block draws from a seed of its own, because 32 bits hold too few keys for a long run of many completions. */
  readonly block: number;
}

/** Where the keys of each kind of rollout begin in a block: the first of a step, further ones, evaluations, and the probes of a study. */
const BEGIN = { step: 0, extra: 2 ** 30, evaluation: 2 ** 31, probe: 3 * 2 ** 30 };
const KEYS = 2 ** 30;

/** The keys of the rollout number `index` of a kind, of which each has at most `size` sequences. */
export function keysOf(kind: keyof typeof BEGIN, index: number, size: number): SequenceKeys {
  const inBlock = Math.floor(KEYS / size);
  return { first: BEGIN[kind] + (index % inBlock) * size, block: Math.floor(index / inBlock) };
}

/** The seed of a block: that of the run for the first, and another for each of the others. */
export function seedOf(seed: number, { block }: SequenceKeys): number {
  return (seed ^ Math.imul(block, 0x9e3779b1)) >>> 0;
}
