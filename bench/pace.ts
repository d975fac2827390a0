/** At least so many runs, and so many as take so many milliseconds together. */
export interface Span {
  readonly runs: number;
  readonly milliseconds: number;
}

/** Repeats a run for a span and returns what each gave. */
export async function repeat<Result>(
  { runs, milliseconds }: Span,
  run: () => Promise<Result>,
  now: () => number = () => performance.now(),
): Promise<Result[]> {
  const start = now();
  const results: Result[] = [];
  while (results.length < runs || now() - start < milliseconds) results.push(await run());
  return results;
}

/** The milliseconds of a run. */
export async function timed(run: () => Promise<unknown>, now: () => number = () => performance.now()): Promise<number> {
  const start = now();
  await run();
  return now() - start;
}
