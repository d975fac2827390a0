import { type Contest, compileEntrants, OTHER_BITS, type Outcome, runContest } from "./contest.ts";
import type { GpuContext } from "./context.ts";
import { ShaderError } from "./errors.ts";
import { clockName } from "./pass_clock.ts";
import { PACE, type Pace } from "./timing_rounds.ts";
import { checkTrial, type Trial } from "./trial.ts";
import { TrialMemoryError } from "./trial_memory.ts";
import { type Choice, createTuningRecord, hashKernels, type TuningRecord, type TuningStore } from "./tuning_record.ts";

/** A question about an adapter: which of several ways to compute the same thing is to be used. */
export interface TuneRequest {
  /** Names the question: requests with the same key share an answer. */
  readonly key: string;
  /** Requests with the same timeKey share times, but each has its own checks. Left out: the key. */
  readonly timeKey?: string | undefined;
  /** The best guess comes first. A candidate is checked before it is used; where tuning is on, candidates are also timed. */
  readonly candidates: readonly Candidate[];
  /** What is timed; its entrants have the candidates' names. Only where there are several. */
  readonly contest?: (() => Contest) | undefined;
  /** Whether candidates give different bits. Then only a mode that times "all" does not take the best guess. */
  readonly changesBits?: boolean | undefined;
}

export interface Candidate {
  readonly name: string;
  /** The library's kernels that the candidate launches. When their text changes, stored results about them no longer count. */
  readonly kernels: readonly string[];
  /** Names the check: candidates of several requests may share one. */
  readonly checkKey: string;
  /** A small problem whose answer is known. Left out: the candidate is trusted. */
  readonly check?: (() => Trial) | undefined;
}

export interface TuningOptions {
  readonly store?: TuningStore | undefined;
  /** Whether candidates are timed. "auto" times them on hardware only, "force" even where a choice is known. */
  readonly mode?: "off" | "on" | "auto" | "force" | undefined;
  /** Also time candidates that give different bits. */
  readonly all?: boolean | undefined;
  /** The version of Dawn, whose compiler choices depend on. */
  readonly dawn?: string | undefined;
  readonly pace?: Pace | undefined;
  /** Shows how far timing is; called with undefined at the end. */
  readonly progress?: ((line: string | undefined) => void) | undefined;
}

/** What is known of an adapter: which kernels are right on it, and which are fastest. */
export interface Tuning {
  /** Whether candidates are timed. */
  readonly measures: boolean;
  /** Answers the requests that have no answer yet, by trials on the device. */
  settle(requests: readonly TuneRequest[]): Promise<void>;
  /** The candidate to use. Undefined where none is right or the key was never asked: the caller then takes its plain way. */
  choice(key: string): string | undefined;
  /** The choices that were made by timing, by timeKey. Those of earlier processes are among them, unless the mode is "force". */
  choices(): Promise<Readonly<Record<string, Choice>>>;
}

/** The best guess is left only for a candidate that takes less than this part of its time. */
export const CLEARLY_FASTER = 0.95;

/** Whether a mode times candidates on an adapter. */
export function timesOn({ software }: Pick<GpuContext, "software">, { mode = "auto" }: TuningOptions): boolean {
  return mode === "on" || mode === "force" || (mode === "auto" && !software);
}

export function createTuning(device: GpuContext, options: TuningOptions): Tuning {
  const measures = timesOn(device, options);
  const record = createTuningRecord(device, { ...options, forget: options.mode === "force" });
  const trials = createTrials(device, record, options);
  const choices = new Map<string, string | undefined>();
  let queue: Promise<void> = Promise.resolve();

  const settleAll = async (requests: readonly TuneRequest[]): Promise<void> => {
    await record.load();
    const unanswered = requests.filter(({ key }, i) => !choices.has(key) && requests.findIndex((other) => other.key === key) === i);
    try {
      if (measures) await timeAll(trials, unanswered);
      for (const request of unanswered) choices.set(request.key, await answer(trials, request, measures));
    } finally {
      await record.save();
    }
  };
  return {
    measures,
    settle: (requests) => {
      if (requests.every(({ key }) => choices.has(key))) return Promise.resolve();
      // Requests wait for one another, because simultaneous trials would disturb each other's times.
      const settled = queue.then(() => settleAll(requests));
      queue = settled.catch(() => undefined);
      return settled;
    },
    choice: (key) => choices.get(key),
    choices: async () => {
      await record.load();
      const prefix = choiceKey("");
      return Object.fromEntries(Object.entries(record.choices()).map(([key, choice]) => [key.slice(prefix.length), choice]));
    },
  };
}

/** What all trials of a device share. */
interface Trials {
  readonly device: GpuContext;
  readonly record: TuningRecord;
  readonly options: TuningOptions;
  /** A hash of everything that a verdict on kernels depends on. */
  hashOf(kernels: readonly string[], more?: string): string;
  /** Says that kernels are wrong, once for each kernel. */
  warn(candidate: Candidate, wrong: string): void;
  /** Says once that kernels are timed. */
  announce(): void;
}

function createTrials(device: GpuContext, record: TuningRecord, options: TuningOptions): Trials {
  const hashes = new Map<string, string>();
  const warned = new Set<string>();
  let isAnnounced = false;
  return {
    device,
    record,
    options,
    hashOf: (kernels, more = "") => {
      const key = [...kernels, more].join();
      const hash = hashes.get(key) ?? hashKernels(device, kernels, more);
      hashes.set(key, hash);
      return hash;
    },
    warn: ({ kernels }, wrong) => {
      if (kernels.some((kernel) => warned.has(kernel))) return;
      for (const kernel of kernels) warned.add(kernel);
      console.error(`warning: ${kernels.join(" + ")} is wrong on ${device.name} (${wrong}); a slower kernel takes its place`);
    },
    announce: () => {
      if (!isAnnounced) console.error(`timing kernels on ${device.name}, once for this driver (ENTROPIC_TUNE=0 turns this off)`);
      isAnnounced = true;
    },
  };
}

function choiceKey(timeKey: string): string {
  return `choice ${timeKey}`;
}

function isTimed({ options }: Trials, { candidates, contest, changesBits }: TuneRequest): boolean {
  return contest !== undefined && candidates.length > 1 && (!changesBits || options.all === true);
}

/** The choice of a request, where one was made by timing. */
function choiceOf({ record, hashOf }: Trials, { key, timeKey = key, candidates }: TuneRequest): Choice | undefined {
  return record.choice(choiceKey(timeKey), hashOfAll({ hashOf }, candidates));
}

function hashOfAll({ hashOf }: Pick<Trials, "hashOf">, candidates: readonly Candidate[]): string {
  return hashOf([...new Set(candidates.flatMap(({ kernels }) => kernels))], candidates.map(({ name }) => name).join());
}

/** The first candidate that is right, in the order given or, where candidates were timed, from the choice on. */
async function answer(trials: Trials, request: TuneRequest, measures: boolean): Promise<string | undefined> {
  const choice = measures && isTimed(trials, request) ? choiceOf(trials, request) : undefined;
  for (const candidate of choice ? inOrderOf(choice, request.candidates) : request.candidates) {
    if ((await whatIsWrong(trials, candidate)) === null) return candidate.name;
  }
  return undefined;
}

/** Candidates without a fault: the chosen one, then the fastest first. */
function inOrderOf({ name: chosen, outcomes }: Choice, candidates: readonly Candidate[]): readonly Candidate[] {
  const timeOf = ({ name }: Candidate): number => (name === chosen ? 0 : (outcomes[name]?.milliseconds ?? Number.POSITIVE_INFINITY));
  return candidates.filter(({ name }) => outcomes[name]?.fault === undefined).sort((one, other) => timeOf(one) - timeOf(other));
}

/** What a candidate's check found: null where it is right, undefined where the GPU has no memory to check it. */
async function whatIsWrong({ device, record, hashOf, warn }: Trials, candidate: Candidate): Promise<string | null | undefined> {
  const { check, kernels, checkKey } = candidate;
  if (!check) return null;
  const hash = hashOf(kernels);
  const key = `check ${checkKey}`;
  const known = record.verdict(key, hash);
  const found = known ?? (await unlessOutOfMemory(async () => ({ hash, wrong: await faultOf(device, check()) })));
  if (!found) return undefined;
  if (!known) record.set(key, found);
  if (found.wrong !== null) warn(candidate, found.wrong);
  return found.wrong;
}

/** What is wrong with a trial: its output, or a kernel that does not compile. */
async function faultOf(device: GpuContext, trial: Trial): Promise<string | null> {
  try {
    return (await checkTrial(device, trial)) ?? null;
  } catch (error) {
    if (error instanceof ShaderError) return error.message.split("\n")[0]!;
    throw error;
  }
}

/** What a trial found; undefined where the GPU had no memory for it. */
async function unlessOutOfMemory<Found>(find: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof TrialMemoryError) return undefined;
    throw error;
  }
}

/** Makes the choices that are not known yet. */
async function timeAll(trials: Trials, requests: readonly TuneRequest[]): Promise<void> {
  const { device, options } = trials;
  const open = new Map(
    requests
      .filter((request) => isTimed(trials, request) && !choiceOf(trials, request))
      .reverse()
      .map((request) => [request.timeKey ?? request.key, { request, contest: request.contest!() }]),
  );
  if (open.size === 0) return;
  trials.announce();
  const begin = performance.now();
  let done = 0;
  await compileEntrants(
    device,
    [...open.values()].map(({ contest }) => contest),
  );
  for (const { request, contest } of [...open.values()].reverse()) {
    options.progress?.(progressLine(device, done, open.size, performance.now() - begin));
    await decide(trials, request, contest);
    done += 1;
  }
  options.progress?.(undefined);
}

/** "timing kernels on X: 12 of 25, some 20 s left" */
function progressLine({ name }: GpuContext, done: number, total: number, milliseconds: number): string {
  const left = done === 0 ? "" : `, some ${Math.ceil(((total - done) * milliseconds) / done / 1000)} s left`;
  return `timing kernels on ${name}: ${done + 1} of ${total}${left}`;
}

/** Times the candidates of a request that pass their check. Where the GPU has no memory for that, the next process tries again. */
async function decide(trials: Trials, request: TuneRequest, contest: Contest): Promise<void> {
  const { key, timeKey = key, candidates } = request;
  const { device, record, options } = trials;
  const outcomes: Record<string, Outcome> = {};
  for (const candidate of candidates) {
    const wrong = await whatIsWrong(trials, candidate);
    if (wrong === undefined) return;
    if (wrong !== null) outcomes[candidate.name] = { fault: wrong };
  }
  const entrants = Object.fromEntries(Object.entries(contest.entrants).filter(([name]) => outcomes[name] === undefined));
  const found = await unlessOutOfMemory(() => runContest(device, { ...contest, entrants }, options.pace ?? PACE));
  if (!found) return;
  for (const candidate of candidates) {
    // A kernel that passed the small check may still be wrong at the real size.
    const fault = found[candidate.name]?.fault;
    if (fault !== undefined && fault !== OTHER_BITS) trials.warn(candidate, fault);
    outcomes[candidate.name] ??= found[candidate.name]!;
  }
  const ordered = Object.fromEntries(candidates.map(({ name }) => [name, outcomes[name]!]));
  const choice = { hash: hashOfAll(trials, candidates), name: choose(ordered), date: new Date().toISOString(), clock: clockName(device) };
  record.set(choiceKey(timeKey), { ...choice, outcomes: ordered });
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
