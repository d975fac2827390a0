/** Whether a peer computed the same, and how long it took. */
import type { PeerReport } from "./peer.ts";

/** The first loss depends on a forward pass alone; later ones have accumulated the rounding of every update. */
const FIRST_TOLERANCE = 1e-4;
const TOLERANCE = 1e-3;

/** Steps that are not timed, where a report does not say how many: libraries compile in the first, and some again in the second. */
const WARM_UP = 2;

export interface Agreement {
  /** The largest relative difference of a loss. */
  readonly difference: number;
  /** Why the times do not count; undefined if they do. */
  readonly problem: string | undefined;
}

/** Compares the losses of a peer with ours, step by step. `tolerance`: for a peer that rounds what it multiplies. */
export function compareLosses(ours: readonly number[], theirs: readonly number[], tolerance?: number): Agreement {
  if (ours.length === 0 || ours.length !== theirs.length) {
    return { difference: Number.NaN, problem: `${theirs.length} losses where ours has ${ours.length}` };
  }
  const differences = ours.map((loss, i) => Math.abs(theirs[i]! - loss) / Math.abs(loss));
  const step = differences.findIndex((difference, i) => !(difference <= (tolerance ?? (i === 0 ? FIRST_TOLERANCE : TOLERANCE))));
  const problem = step < 0 ? undefined : `loss ${theirs[step]} at step ${step + 1} where ours is ${ours[step]}`;
  return { difference: Math.max(...differences), problem };
}

export interface Summary {
  /** Wall clock of one step after the warm-up. */
  readonly milliseconds: { readonly median: number; readonly min: number; readonly max: number };
  /** Median processor time of one step over the number of cores. */
  readonly processorMilliseconds: number;
  readonly steps: number;
}

export function summarize(reports: readonly Pick<PeerReport, "milliseconds" | "processorMilliseconds" | "warmUp">[]): Summary {
  const wall = sorted(reports.flatMap(({ milliseconds, warmUp = WARM_UP }) => milliseconds.slice(warmUp)));
  const processor = sorted(reports.flatMap(({ processorMilliseconds, warmUp = WARM_UP }) => processorMilliseconds.slice(warmUp)));
  return {
    milliseconds: { median: median(wall), min: wall[0]!, max: wall.at(-1)! },
    processorMilliseconds: median(processor),
    steps: wall.length,
  };
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function median(values: readonly number[]): number {
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2;
}
