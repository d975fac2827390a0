import type { Device } from "./device.ts";
import { ShaderError } from "./errors.ts";
import { type OpenTrial, openTrial, type Trial } from "./trial.ts";

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

/** Where verdicts outlive the process. A store may forget, and must not throw. */
export interface TuningStore {
  read(adapter: string): Promise<string | undefined>;
  write(adapter: string, text: string): Promise<void>;
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

/** A verdict about one check, or the choice among a request's candidates. `hash` is of all it depends on. */
type Entry =
  | { readonly hash: string; readonly wrong: string | null }
  | { readonly hash: string; readonly name: string; readonly milliseconds: Readonly<Record<string, number>> };

type Entries = Record<string, Entry>;

/** What a candidate may take of the time in which it is measured, compiling excluded. */
const BUDGET_MS = 50;

/** Format of the stored text. */
const VERSION = 1;

export function createTuning(deviceOf: () => Device, options: TuningOptions): Tuning {
  const { store, mode = "auto" } = options;
  const choices = new Map<string, string | undefined>();
  let entries: Entries | undefined;
  let changes: Entries = {};
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
    let entry = entries![key];
    if (!entry || !("wrong" in entry) || entry.hash !== hash) {
      entry = { hash, wrong: (await whatIsWrong(deviceOf(), candidate.check())) ?? null };
      entries![key] = changes[key] = entry;
    }
    if (entry.wrong !== null) warn(candidate, entry.wrong);
    return entry.wrong === null;
  };

  let announced = false;
  const announce = (): void => {
    if (!announced) console.error(`timing kernels on ${deviceOf().name}, once for this driver (ENTROPIC_TUNE=0 does without)`);
    announced = true;
  };

  const inTrial = async <Result>(candidate: Candidate, use: (trial: OpenTrial) => Promise<Result>): Promise<Result> => {
    const trial = await openTrial(deviceOf(), candidate.trial());
    try {
      return await use(trial);
    } finally {
      trial.destroy();
    }
  };

  /** The candidates, the fastest first. */
  const byTime = async ({ key, candidates }: TuneRequest): Promise<readonly Candidate[]> => {
    const hash = hashOf([...new Set(candidates.flatMap(({ kernels }) => kernels))], candidates.map(({ name }) => name).join());
    const known = entries![`choice ${key}`];
    if (known && "name" in known && known.hash === hash) return sortedBy(candidates, known.milliseconds);
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
    entries![`choice ${key}`] = changes[`choice ${key}`] = { hash, name: sorted[0]?.name ?? "", milliseconds };
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
    const adapter = adapterKey(deviceOf());
    entries ??= mode === "force" ? {} : parse(await store?.read(adapter), adapter);
    for (const request of requests) await answer(request);
    if (!store || Object.keys(changes).length === 0) return;
    // Another process may have written meanwhile.
    const merged = { ...parse(await store.read(adapter), adapter), ...changes };
    changes = {};
    await store.write(adapter, `${JSON.stringify({ version: VERSION, adapter, entries: merged }, null, 1)}\n`);
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
    const open = await openTrial(device, trial);
    try {
      return await open.check();
    } finally {
      open.destroy();
    }
  } catch (error) {
    if (error instanceof ShaderError) return error.message.split("\n")[0];
    throw error;
  }
}

/** All that names an adapter and its driver: a new driver is a new adapter. */
function adapterKey({ info }: Device): string {
  return [info.vendor, info.architecture, info.device, info.description].join(" | ");
}

/** Of the kernels' texts and of the traits that change how they are compiled. */
function hashKernels(device: Device, kernels: readonly string[], more: string): string {
  const { shaders, lanes, subgroups, immediates } = device;
  const libraries = Object.keys(shaders).filter((id) => id.startsWith("lib/"));
  const texts = [...kernels, ...libraries].map((id) => `${id}\n${shaders[id]}`);
  return fnv([`${VERSION} ${lanes} ${subgroups} ${immediates} ${more}`, ...texts].join("\0"));
}

/** FNV-1a over UTF-16 units, twice with different beginnings: 64 bits, against accidents alone. */
function fnv(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x01000193) + i;
  }
  return [high, low].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The entries of a stored text; none where it is damaged or about another adapter. */
function parse(text: string | undefined, adapter: string): Entries {
  if (text === undefined) return {};
  try {
    const stored = JSON.parse(text) as { version?: unknown; adapter?: unknown; entries?: unknown } | null;
    const { entries } = stored ?? {};
    if (stored?.version !== VERSION || stored.adapter !== adapter || typeof entries !== "object" || entries === null) return {};
    return Object.fromEntries(Object.entries(entries).filter(([, entry]) => isEntry(entry))) as Entries;
  } catch {
    return {};
  }
}

function isEntry(entry: unknown): entry is Entry {
  if (typeof entry !== "object" || entry === null || !("hash" in entry) || typeof entry.hash !== "string") return false;
  if ("wrong" in entry) return entry.wrong === null || typeof entry.wrong === "string";
  if (!("name" in entry) || !("milliseconds" in entry)) return false;
  const { name, milliseconds } = entry;
  if (typeof name !== "string" || typeof milliseconds !== "object" || milliseconds === null) return false;
  return Object.values(milliseconds).every((time) => typeof time === "number");
}
