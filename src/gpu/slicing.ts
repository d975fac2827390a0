/**
 * Drivers reset a GPU whose work takes seconds, so a step is submitted in slices. A slice ends after DISPATCHES dispatches or OPERATIONS
 * floating-point operations at first. Then measured times move that limit until a slice takes TARGET_MS. Slices run in order, so every bit
 * stays as it was.
 */
const DISPATCHES = 64;
const OPERATIONS = 30e9;
const TARGET_MS = 75;
const SHORTEST_MS = 50;
const LONGEST_MS = 100;
/** A limit changes by no more than these factors at a time, because rows and clocks change from step to step. */
const SHRINK = 1 / 4;
const GROW = 2;
/** Limits are in units of a first slice. */
const LEAST = 1 / DISPATCHES;
const MOST = 64;

/** How large the slices of a device's submissions are. */
export interface Slicing {
  /** The most dispatches of a slice. */
  readonly dispatches: number;
  /** The size at which a slice of the submissions of this label ends. */
  limitOf(label: string): number;
  /** Counts a submission that is done: how many slices it had, their size in all, and how long they took together. */
  measured(label: string, slices: number, size: number, milliseconds: number): void;
}

/**
 * `dispatches`: a fixed limit, the most dispatches of a slice; 0 never cuts. Left out: slices adapt. On a GPU they stay short, so that it
 * works on a slice while the host encodes the next; a software adapter is the host itself.
 */
export function createSlicing(dispatches?: number, software = true): Slicing {
  if (dispatches !== undefined) {
    const most = dispatches === 0 ? Number.POSITIVE_INFINITY : dispatches;
    return { dispatches: most, limitOf: () => most * LEAST, measured: () => {} };
  }
  const limits = new Map<string, number>();
  return {
    dispatches: software ? Number.POSITIVE_INFINITY : DISPATCHES,
    limitOf: (label) => limits.get(label) ?? 1,
    measured: (label, slices, size, milliseconds) => {
      const limit = limits.get(label);
      // Drivers compile during the first submission, so its time tells nothing.
      limits.set(label, limit === undefined ? 1 : adapted(limit, slices, size, milliseconds));
    },
  };
}

function adapted(limit: number, slices: number, size: number, milliseconds: number): number {
  const mean = milliseconds / slices;
  if (mean > LONGEST_MS) return Math.max(LEAST, Math.min(limit, size / slices) * Math.max(SHRINK, TARGET_MS / mean));
  if (mean < SHORTEST_MS && slices > 1) return Math.min(MOST, limit * Math.min(GROW, TARGET_MS / mean));
  return limit;
}

/** What a dispatch adds to the size of its slice. */
export function sizeOf(operations: number): number {
  return Math.max(LEAST, operations / OPERATIONS);
}
