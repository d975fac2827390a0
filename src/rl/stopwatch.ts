/** Adds up how long some of a step's work takes. */
export interface Stopwatch {
  time<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Returns the milliseconds so far and starts again at 0. */
  take(): number;
}

export function createStopwatch(): Stopwatch {
  let milliseconds = 0;
  return {
    time: async (work) => {
      const started = performance.now();
      const result = await work();
      milliseconds += performance.now() - started;
      return result;
    },
    take: () => {
      const taken = milliseconds;
      milliseconds = 0;
      return taken;
    },
  };
}
