import type { Cell, CellResult, CellResults } from "./cell.ts";

/** Which cell comes next where several run at once. */
export interface Schedule {
  /** Waits for a cell that can run now; undefined once none is left. */
  take(): Promise<Cell | undefined>;
  /** The warm start of a cell that was taken is on the disk, so that others may begin from it. */
  startIsMade(cell: Cell): void;
  complete(cell: Cell, result: CellResult): void;
  /** Gives out no more cells. */
  close(): void;
  /** What is complete, in the order of the cells. */
  results(): CellResults;
}

/**
 * Gives out cells in their order. A cell with `tune` waits for what it needs. Cells that share a warm start wait until the first of them has
 * made it.
 */
export function createSchedule(cells: readonly Cell[]): Schedule {
  const needs = needsOf(cells);
  const waiting = new Set(cells);
  const done = new Map<string, CellResult>();
  const starts = new Map<string, "making" | "made">();
  const sleepers: (() => void)[] = [];
  const changed = (): void => {
    for (const wake of sleepers.splice(0)) wake();
  };
  const isReady = (cell: Cell): boolean => {
    const isStartBusy = cell.start.kind === "warm start" && starts.get(cell.start.name) === "making";
    return !isStartBusy && needs.get(cell.name)!.every((name) => done.has(name));
  };
  const startIsMade = ({ start }: Cell): void => {
    if (start.kind !== "warm start" || starts.get(start.name) === "made") return;
    starts.set(start.name, "made");
    changed();
  };
  return {
    take: async () => {
      for (;;) {
        if (waiting.size === 0) return undefined;
        const next = [...waiting].find(isReady);
        if (next) {
          waiting.delete(next);
          if (next.start.kind === "warm start" && !starts.has(next.start.name)) starts.set(next.start.name, "making");
          return next;
        }
        await new Promise<void>((wake) => sleepers.push(wake));
      }
    },
    startIsMade,
    complete: (cell, result) => {
      done.set(cell.name, result);
      startIsMade(cell);
      changed();
    },
    close: () => {
      waiting.clear();
      changed();
    },
    results: () => new Map(cells.flatMap(({ name }) => (done.has(name) ? [[name, done.get(name)!] as const] : []))),
  };
}

/** The names of the cells that each cell waits for. */
export function needsOf(cells: readonly Cell[]): ReadonlyMap<string, readonly string[]> {
  return new Map(cells.map(({ name, tune, needs }, i) => [name, tune ? (needs ?? cells.slice(0, i).map((earlier) => earlier.name)) : []]));
}
