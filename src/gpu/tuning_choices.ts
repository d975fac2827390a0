import { type Trials, unlessOutOfMemory, whatIsWrong } from "./candidate_checks.ts";
import { type Contest, compileEntrants, OTHER_BITS, type Outcome, runContest } from "./contest.ts";
import type { GpuContext } from "./context.ts";
import { clockName } from "./pass_clock.ts";
import { PACE, type Pace } from "./timing_rounds.ts";
import type { Candidate, TuneRequest } from "./tune_request.ts";
import type { Choice } from "./tuning_record.ts";

/** The best guess is left only for a candidate that takes less than this part of its time. */
const CLEARLY_FASTER = 0.95;

/** How candidates are timed. */
export interface Timing {
  /** Also time candidates that give different bits. */
  readonly all?: boolean | undefined;
  readonly pace?: Pace | undefined;
  /** Shows how far timing is; called with undefined at the end. */
  readonly progress?: ((line: string | undefined) => void) | undefined;
}

export function isTimed({ candidates, contest, changesBits }: TuneRequest, { all }: Timing): boolean {
  return contest !== undefined && candidates.length > 1 && (!changesBits || all === true);
}

/** The choice of a request, where one was made by timing. */
export function choiceOf({ record, hashOf }: Trials, { key, timeKey = key, candidates }: TuneRequest): Choice | undefined {
  return record.choice(timeKey, hashOfAll({ hashOf }, candidates));
}

function hashOfAll({ hashOf }: Pick<Trials, "hashOf">, candidates: readonly Candidate[]): string {
  return hashOf([...new Set(candidates.flatMap(({ kernels }) => kernels))], candidates.map(({ name }) => name).join());
}

/** Candidates without a fault: the chosen one, then the fastest first. */
export function inOrderOf({ name: chosen, outcomes }: Choice, candidates: readonly Candidate[]): readonly Candidate[] {
  const timeOf = ({ name }: Candidate): number => (name === chosen ? 0 : (outcomes[name]?.milliseconds ?? Number.POSITIVE_INFINITY));
  return candidates.filter(({ name }) => outcomes[name]?.fault === undefined).sort((one, other) => timeOf(one) - timeOf(other));
}

/** Makes the choices that are not known yet. */
export async function timeAll(trials: Trials, requests: readonly TuneRequest[], timing: Timing): Promise<void> {
  const { device } = trials;
  const open = new Map<string, { readonly request: TuneRequest; readonly contest: Contest }>();
  for (const request of requests) {
    const { key, timeKey = key, contest } = request;
    if (contest && !open.has(timeKey) && !choiceOf(trials, request)) open.set(timeKey, { request, contest: contest() });
  }
  if (open.size === 0) return;
  trials.announce();
  const contests = [...open.values()];
  await compileEntrants(
    device,
    contests.map(({ contest }) => contest),
  );
  const begin = performance.now();
  for (const [done, { request, contest }] of contests.entries()) {
    timing.progress?.(progressLine(device, done, contests.length, performance.now() - begin));
    await decide(trials, request, contest, timing);
  }
  timing.progress?.(undefined);
}

/** "timing kernels on X: 12 of 25, some 20 s left" */
function progressLine({ name }: GpuContext, done: number, total: number, milliseconds: number): string {
  const left = done === 0 ? "" : `, some ${Math.ceil(((total - done) * milliseconds) / done / 1000)} s left`;
  return `timing kernels on ${name}: ${done + 1} of ${total}${left}`;
}

/** Times the candidates of a request that pass their check. Where the GPU has no memory for that, the next process tries again. */
async function decide(trials: Trials, request: TuneRequest, contest: Contest, { pace = PACE }: Timing): Promise<void> {
  const { key, timeKey = key, candidates } = request;
  const { device, record } = trials;
  const outcomes: Record<string, Outcome> = {};
  for (const candidate of candidates) {
    const wrong = await whatIsWrong(trials, candidate);
    if (wrong === undefined) return;
    if (wrong !== null) outcomes[candidate.name] = { fault: wrong };
  }
  const entrants = Object.fromEntries(Object.entries(contest.entrants).filter(([name]) => outcomes[name] === undefined));
  const found = await unlessOutOfMemory(() => runContest(device, { ...contest, entrants }, pace));
  if (!found) return;
  for (const candidate of candidates) {
    // A kernel that passed the small check may still be wrong at the real size.
    const fault = found[candidate.name]?.fault;
    if (fault !== undefined && fault !== OTHER_BITS) trials.warn(candidate, fault);
    outcomes[candidate.name] ??= found[candidate.name]!;
  }
  const ordered = Object.fromEntries(candidates.map(({ name }) => [name, outcomes[name]!]));
  const choice = { hash: hashOfAll(trials, candidates), name: choose(ordered), date: new Date().toISOString(), clock: clockName(device) };
  record.setChoice(timeKey, { ...choice, outcomes: ordered });
  if (device.debug >= 1) console.error(`tuned ${timeKey}: ${choice.name} of ${describe(ordered)}`);
}

/** The best guess among those without a fault, unless another is clearly faster; empty where there is none. */
export function choose(outcomes: Readonly<Record<string, Outcome>>): string {
  const right = Object.entries(outcomes).filter(([, { fault }]) => fault === undefined);
  const [guess] = right;
  if (!guess) return "";
  const timeOf = (entry: readonly [string, Outcome]): number => entry[1].milliseconds ?? Number.POSITIVE_INFINITY;
  const fastest = right.reduce((best, entry) => (timeOf(entry) < timeOf(best) ? entry : best));
  return timeOf(fastest) < CLEARLY_FASTER * timeOf(guess) ? fastest[0] : guess[0];
}

function describe(outcomes: Readonly<Record<string, Outcome>>): string {
  return Object.entries(outcomes)
    .map(([name, { milliseconds, fault }]) => `${name} ${milliseconds?.toPrecision(3) ?? fault ?? "alone"}${milliseconds ? " ms" : ""}`)
    .join(", ");
}
