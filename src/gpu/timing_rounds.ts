/** How long candidates are timed, in milliseconds. */
export interface Pace {
  /** A GPU takes some time until its clock is at its highest. */
  readonly warmUp: number;
  /** The least that a sample takes. It holds several runs, so that submitting it hardly counts. */
  readonly sample: number;
  readonly rounds: number;
  /** The most that one candidate takes beyond its first sample, which is two runs where one fills it. */
  readonly share: number;
}

export const PACE: Pace = { warmUp: 200, sample: 5, rounds: 5, share: 100 };

/** Runs a candidate so many times in one submission; resolves with the milliseconds of all, 0 where they are not known. */
export type Timer = (repeats: number) => Promise<number>;

/** A sample has no more runs than this, because the host encodes each. */
const MOST_REPEATS = 1024;
/** Who takes more than this times the best is timed no further. */
const FAR_BEHIND = 2;

/**
 * The least milliseconds of one run, of every candidate. The candidates take turns, because clocks and other programs change in the course
 * of time. No submission lasts much longer than a sample or one run, so that no driver takes it for a hang.
 */
export async function timeRounds(timers: readonly Timer[], pace: Pace): Promise<number[]> {
  const [first] = timers;
  if (!first) return [];
  await warmUp(first, pace);
  const samples: Sample[] = [];
  for (const timer of timers) samples.push(await firstSample(timer, pace));
  const best = samples.map(({ repeats, milliseconds }) => milliseconds / repeats || Number.POSITIVE_INFINITY);
  const spent = samples.map(() => 0);
  for (let round = 0; round < pace.rounds; round += 1) {
    for (const [i, timer] of timers.entries()) {
      const { repeats, milliseconds } = samples[i]!;
      const isFarBehind = best[i]! > FAR_BEHIND * Math.min(...best);
      if (isFarBehind || (round > 0 && spent[i]! + milliseconds > pace.share)) continue;
      const taken = await timer(repeats);
      spent[i] = spent[i]! + taken;
      best[i] = Math.min(best[i]!, taken / repeats || Number.POSITIVE_INFINITY);
    }
  }
  return best;
}

/** Keeps the GPU busy for a while. */
async function warmUp(timer: Timer, pace: Pace): Promise<void> {
  const begin = performance.now();
  const { repeats } = await firstSample(timer, pace);
  while (performance.now() - begin < pace.warmUp) await timer(repeats);
}

interface Sample {
  readonly repeats: number;
  readonly milliseconds: number;
}

/** Finds how many runs fill a sample. The number grows slowly, since a single run may be short by chance. */
async function firstSample(timer: Timer, { sample }: Pace): Promise<Sample> {
  let repeats = 1;
  let milliseconds = await timer(repeats);
  // A kernel's first run may load it or wait for another program, and nobody who seems far behind is timed again.
  if (milliseconds >= sample) milliseconds = Math.min(milliseconds, (await timer(repeats)) || milliseconds);
  while (milliseconds < sample && repeats < MOST_REPEATS) {
    repeats = Math.min(MOST_REPEATS, Math.ceil(repeats * Math.min(4, (1.2 * sample) / milliseconds)));
    milliseconds = await timer(repeats);
  }
  return { repeats, milliseconds };
}
