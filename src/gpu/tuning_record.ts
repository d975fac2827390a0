import type { Outcome } from "./contest.ts";
import type { GpuContext } from "./context.ts";
import type { ClockName } from "./pass_clock.ts";

/** Where the results of tuning outlive the process. A store may forget, but must not throw. */
export interface TuningStore {
  read(adapter: string): Promise<string | undefined>;
  write(adapter: string, text: string): Promise<void>;
}

/** A verdict about one check. `hash` stands for everything that it depends on. */
export interface Verdict {
  readonly hash: string;
  readonly wrong: string | null;
}

/** The choice among a request's candidates, and why it was made. */
export interface Choice {
  readonly hash: string;
  readonly name: string;
  /** When it was made, in ISO 8601, and by which clock. */
  readonly date: string;
  readonly clock: ClockName;
  /** By the candidate's name, the best guess first. */
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

export type Entry = Verdict | Choice;

type Entries = Readonly<Record<string, Entry>>;

/** The version of the stored text's format. */
const VERSION = 2;

/** What the keys of verdicts and of choices begin with in the stored text. */
const CHECK = "check ";
const CHOICE = "choice ";

/** What is known of an adapter: the entries of the store, and those found since. */
export interface TuningRecord {
  /** Reads the store, once. */
  load(): Promise<void>;
  /** What is known under a key; undefined where what it depends on has changed. */
  verdict(key: string, hash: string): Verdict | undefined;
  choice(key: string, hash: string): Choice | undefined;
  /** All choices by key, the stored ones included. */
  choices(): Readonly<Record<string, Choice>>;
  setVerdict(key: string, verdict: Verdict): void;
  setChoice(key: string, choice: Choice): void;
  /** Writes the entries found since the last save. */
  save(): Promise<void>;
}

export interface RecordOptions {
  readonly store?: TuningStore | undefined;
  /** Names the version of Dawn. Another version counts as another adapter, because it may compile kernels otherwise. */
  readonly dawn?: string | undefined;
  /** The record starts empty, whatever the store holds. */
  readonly forget: boolean;
}

export function createTuningRecord(device: GpuContext, { store, dawn, forget }: RecordOptions): TuningRecord {
  const adapter = adapterKey(device, dawn);
  let entries: Entries | undefined;
  let changes: Entries = {};
  const stored = async (): Promise<Entries> => parse(await store?.read(adapter), adapter);
  const get = (key: string, hash: string): Entry | undefined => {
    const entry = entries?.[key];
    return entry?.hash === hash ? entry : undefined;
  };
  const set = (key: string, entry: Entry): void => {
    entries = { ...entries, [key]: entry };
    changes = { ...changes, [key]: entry };
  };
  return {
    load: async () => {
      entries ??= forget ? {} : await stored();
    },
    verdict: (key, hash) => {
      const entry = get(CHECK + key, hash);
      return entry && "wrong" in entry ? entry : undefined;
    },
    choice: (key, hash) => {
      const entry = get(CHOICE + key, hash);
      return entry && "outcomes" in entry ? entry : undefined;
    },
    choices: () => {
      const found = Object.entries(entries ?? {}).filter((pair): pair is [string, Choice] => "outcomes" in pair[1]);
      return Object.fromEntries(found.map(([key, choice]) => [key.slice(CHOICE.length), choice]));
    },
    setVerdict: (key, verdict) => set(CHECK + key, verdict),
    setChoice: (key, choice) => set(CHOICE + key, choice),
    save: async () => {
      if (!store || Object.keys(changes).length === 0) return;
      const found = changes;
      changes = {};
      // Another process may have written meanwhile.
      const merged = { ...(await stored()), ...found };
      await store.write(adapter, `${JSON.stringify({ version: VERSION, adapter, entries: merged }, null, 1)}\n`);
    },
  };
}

/** Everything that names an adapter, its driver and Dawn, so that a new driver counts as a new adapter. */
function adapterKey({ info }: Pick<GpuContext, "info">, dawn = "an unknown Dawn"): string {
  return [info.vendor, info.architecture, info.device, info.description, dawn].join(" | ");
}

/** A hash of the kernels' texts, and of the traits that change how they are compiled. */
export function hashKernels(device: GpuContext, kernels: readonly string[], more: string): string {
  const { shaders, lanes, subgroups, immediates } = device;
  const libraries = Object.keys(shaders).filter((id) => id.startsWith("lib/"));
  const texts = [...kernels, ...libraries].map((id) => `${id}\n${shaders[id]}`);
  return fnv([`${VERSION} ${lanes} ${subgroups} ${immediates} ${more}`, ...texts].join("\0"));
}

/** FNV-1a over UTF-16 units, twice with different starts: 64 bits, which prevent accidents but no attacks. */
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
    const stored = JSON.parse(text) as Readonly<Record<"version" | "adapter" | "entries", unknown>> | null;
    const { entries } = stored ?? {};
    const isKnown = stored?.version === VERSION && stored.adapter === adapter;
    if (!isKnown || typeof entries !== "object" || entries === null) return {};
    return Object.fromEntries(Object.entries(entries).filter(([, entry]) => isEntry(entry))) as Entries;
  } catch {
    return {};
  }
}

function isEntry(entry: unknown): entry is Entry {
  if (!isObject(entry) || typeof entry.hash !== "string") return false;
  if ("wrong" in entry) return entry.wrong === null || typeof entry.wrong === "string";
  const { name, date, clock, outcomes } = entry;
  return [name, date, clock].every((word) => typeof word === "string") && isObject(outcomes) && Object.values(outcomes).every(isOutcome);
}

function isOutcome(outcome: unknown): outcome is Outcome {
  if (!isObject(outcome)) return false;
  const { milliseconds = 0, error = 0, fault = "" } = outcome;
  // JSON writes an infinite error as null.
  return typeof milliseconds === "number" && (typeof error === "number" || error === null) && typeof fault === "string";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
