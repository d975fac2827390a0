import type { Device } from "./device.ts";
import { ShaderError } from "./errors.ts";
import { type OpenTrial, openTrial, type Trial } from "./trial.ts";
import { createTuningRecord, hashKernels, type TuningStore } from "./tuning_record.ts";

/** A question about this adapter: which of several ways to compute the same thing to take. */
export interface TuneRequest {
  /** What is asked about: requests with the same key share an answer. */
  readonly key: string;
  /** The best guess first. Each is checked before it is used; where tuning is on they are also timed against each other. */
  readonly candidates: readonly Candidate[];
}

export interface Candidate {
  readonly name: string;
  /** Kernels of the library it launches; when their text changes, what was found out is forgotten. */
  readonly kernels: readonly string[];
  /** What `check` is about: candidates of several requests may share it. */
  readonly checkKey: string;
  /** A small problem whose answer is known. */
  readonly check: () => Trial;
  /** The problem that is timed. */
  readonly trial: () => Trial;
}

export interface TuningOptions {
  readonly store?: TuningStore | undefined;
  /** Whether to time candidates: "auto" on hardware only, "force" anew even where a choice is known. */
  readonly mode?: "off" | "on" | "auto" | "force" | undefined;
}

/** What is known of an adapter: which kernels are right on it, and which are fastest. */
export interface Tuning {
  /** Whether candidates are timed. */
  readonly measures: boolean;
  /** Answers what is not answered yet, by trials on the device. */
  settle(requests: readonly TuneRequest[]): Promise<void>;
  /** The candidate to take; undefined where none is right or nobody asked: take the plain way then. */
  choice(key: string): string | undefined;
}

/** What a candidate may take of the time in which it is measured, compiling excluded. */
const BUDGET_MS = 50;

export function createTuning(deviceOf: () => Device, options: TuningOptions): Tuning {
  const { store, mode = "auto" } = options;
  const choices = new Map<string, string | undefined>();
  const record = createTuningRecord(deviceOf, store, mode === "force");
  let queue: Promise<void> = Promise.resolve();
  const warned = new Set<string>();
  const measures = (): boolean => mode === "on" || mode === "force" || (mode === "auto" && !deviceOf().software);

  const warn = (candidate: Candidate, wrong: string): void => {
    const { kernels } = candidate;
    if (kernels.some((kernel) => warned.has(kernel))) return;
    for (const kernel of kernels) warned.add(kernel);
    console.error(`warning: ${kernels.join(" + ")} is wrong on ${deviceOf().name} (${wrong}); a slower kernel takes its place`);
  };

  const hashes = new Map<string, string>();
  const hashOf = (kernels: readonly string[], more = ""): string => {
    const key = [...kernels, more].join();
    const hash = hashes.get(key) ?? hashKernels(deviceOf(), kernels, more);
    hashes.set(key, hash);
    return hash;
  };

  const isRight = async (candidate: Candidate): Promise<boolean> => {
    const hash = hashOf(candidate.kernels);
    const key = `check ${candidate.checkKey}`;
    const known = record.get(key, hash);
    const wrong = known && "wrong" in known ? known.wrong : ((await whatIsWrong(deviceOf(), candidate.check())) ?? null);
    if (!known) record.set(key, { hash, wrong });
    if (wrong !== null) warn(candidate, wrong);
    return wrong === null;
  };

  let announced = false;
  const announce = (): void => {
    if (!announced) console.error(`timing kernels on ${deviceOf().name}, once for this driver (ENTROPIC_TUNE=0 does without)`);
    announced = true;
  };

  const inTrial = <Result>(candidate: Candidate, use: (trial: OpenTrial) => Promise<Result>): Promise<Result> =>
    withTrial(deviceOf(), candidate.trial(), use);

  /** The candidates, the fastest first. */
  const byTime = async ({ key, candidates }: TuneRequest): Promise<readonly Candidate[]> => {
    const hash = hashOf([...new Set(candidates.flatMap(({ kernels }) => kernels))], candidates.map(({ name }) => name).join());
    const known = record.get(`choice ${key}`, hash);
    if (known && "name" in known) return sortedBy(candidates, known.milliseconds);
    announce();
    const milliseconds: Record<string, number> = {};
    for (const candidate of candidates) {
      // A kernel that is wrong is not worth its time.
      if (await isRight(candidate)) milliseconds[candidate.name] = await inTrial(candidate, (trial) => trial.measure(BUDGET_MS));
    }
    for (const fastest of sortedBy(candidates, milliseconds)) {
      // What passed the small check may still be wrong at its real size.
      const wrong = await inTrial(fastest, (trial) => trial.check());
      if (wrong === undefined) break;
      warn(fastest, wrong);
      delete milliseconds[fastest.name];
    }
    const sorted = sortedBy(candidates, milliseconds);
    record.set(`choice ${key}`, { hash, name: sorted[0]?.name ?? "", milliseconds });
    if (deviceOf().debug >= 1) console.error(`tuned ${key}: ${describe(milliseconds)}`);
    return sorted;
  };

  const answer = async (request: TuneRequest): Promise<void> => {
    if (choices.has(request.key)) return;
    const order = measures() && request.candidates.length > 1 ? await byTime(request) : request.candidates;
    let choice: string | undefined;
    for (const candidate of order) {
      if (!(await isRight(candidate))) continue;
      choice = candidate.name;
      break;
    }
    choices.set(request.key, choice);
  };

  const settleAll = async (requests: readonly TuneRequest[]): Promise<void> => {
    await record.load();
    for (const request of requests) await answer(request);
    await record.save();
  };

  return {
    get measures() {
      return measures();
    },
    settle: (requests) => {
      if (requests.every(({ key }) => choices.has(key))) return Promise.resolve();
      // One after another: trials at the same time would disturb each other's times.
      const settled = queue.then(() => settleAll(requests));
      queue = settled.catch(() => undefined);
      return settled;
    },
    choice: (key) => choices.get(key),
  };
}

/** Only what was measured, the fastest first. */
function sortedBy(candidates: readonly Candidate[], milliseconds: Readonly<Record<string, number>>): Candidate[] {
  return candidates.filter(({ name }) => name in milliseconds).sort((a, b) => milliseconds[a.name]! - milliseconds[b.name]!);
}

function describe(milliseconds: Readonly<Record<string, number>>): string {
  return Object.entries(milliseconds)
    .map(([name, time]) => `${name} ${time.toPrecision(3)} ms`)
    .join(", ");
}

/** Why a trial's output is wrong, a kernel that does not compile included; undefined where it is right. */
async function whatIsWrong(device: Device, trial: Trial): Promise<string | undefined> {
  try {
    return await withTrial(device, trial, (open) => open.check());
  } catch (error) {
    if (error instanceof ShaderError) return error.message.split("\n")[0];
    throw error;
  }
}

async function withTrial<Result>(device: Device, trial: Trial, use: (open: OpenTrial) => Promise<Result>): Promise<Result> {
  const open = await openTrial(device, trial);
  try {
    return await use(open);
  } finally {
    open.destroy();
  }
}
