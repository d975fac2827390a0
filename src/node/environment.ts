import { TOGGLES, unknownToggle } from "../gpu/toggles.ts";
import { ConfigError, nearestWord, refusal } from "../options/problems.ts";
import { brief, listed } from "../options/quote.ts";

/** Stands for any number of at least 0. */
const NUMBER = "number";

/** Stands for a list of toggles, separated by commas. */
const TOGGLE_LIST = "toggles";

/** The values that a variable takes; undefined: any. */
type Kind = readonly string[] | typeof NUMBER | typeof TOGGLE_LIST | undefined;

/** Every environment variable of this package, and those of Hugging Face's libraries that it heeds, with the values that it takes; docs/environment.md says what they do. */
const VARIABLES = {
  ENTROPIC_ADAPTER: undefined,
  ENTROPIC_SUBGROUPS: ["0", "1"],
  ENTROPIC_LANES: ["4", "8", "16", "32", "64", "128"],
  ENTROPIC_IMMEDIATES: ["0", "1"],
  ENTROPIC_KERNELS: ["hardware", "software"],
  ENTROPIC_TUNE: ["0", "1", "force", "all", "force-all"],
  ENTROPIC_SUBGROUP_MATRIX: ["0", "1", "f16", "emulated"],
  ENTROPIC_TOGGLES: TOGGLE_LIST,
  ENTROPIC_WATCHDOG: NUMBER,
  ENTROPIC_SLICE: NUMBER,
  ENTROPIC_DEBUG: ["0", "1", "2", "3", "4"],
  HF_ENDPOINT: undefined,
  HF_TOKEN: undefined,
  HF_HUB_OFFLINE: undefined,
} as const satisfies Readonly<Record<string, Kind>>;

/** The name of one of this package's environment variables. */
export type Variable = keyof typeof VARIABLES;
type ValueOf<Name extends Variable> = (typeof VARIABLES)[Name] extends readonly (infer Value)[] ? Value : string;

/** The names of all variables, for documentation. */
export const VARIABLE_NAMES: readonly string[] = Object.keys(VARIABLES);

/** The value of a variable; undefined where it is not set or empty. @throws ConfigError for a value that it does not take */
export function environment<Name extends Variable>(name: Name): ValueOf<Name> | undefined {
  const value = process.env[name];
  if (value === undefined || value === "") return undefined;
  const allowed: Kind = VARIABLES[name];
  const refused = (wanted: string) => new ConfigError([refusal(`the environment variable ${name}`, value, `${wanted}, or not set`)]);
  if (allowed === NUMBER && !(Number(value) >= 0)) throw refused("a number of at least 0");
  if (allowed === TOGGLE_LIST) checkToggles(`the environment variable ${name}`, wordsOf(value));
  if (Array.isArray(allowed) && !allowed.includes(value)) throw refused(`one of ${listed(allowed)}`);
  return value as ValueOf<Name>;
}

/** The toggles of Dawn's that ENTROPIC_TOGGLES names. */
export function environmentToggles(): readonly string[] {
  return wordsOf(environment("ENTROPIC_TOGGLES") ?? "");
}

/** The words of a list that is separated by commas. */
export function wordsOf(list: string): readonly string[] {
  return list
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
}

/** @throws ConfigError for a word that is no toggle worth measuring; `source` says where it was given */
export function checkToggles(source: string, words: readonly string[]): void {
  const unknown = unknownToggle(words);
  if (unknown === undefined) return;
  throw new ConfigError([
    `${source} has ${brief(unknown)}; it takes ${TOGGLES.join(", ")}, separated by commas, each with a leading - to turn it off`,
  ]);
}

/** Checks every variable at once. @throws ConfigError for an ENTROPIC_ name that does not exist, with the nearest, and for a wrong value */
export function checkEnvironment(): void {
  const unknown = Object.keys(process.env).find((name) => name.startsWith("ENTROPIC_") && !Object.hasOwn(VARIABLES, name));
  if (unknown !== undefined) {
    const near = nearestWord(unknown, VARIABLE_NAMES);
    const remedy = near ? `did you mean ${near}?` : `there are ${VARIABLE_NAMES.join(", ")}`;
    throw new ConfigError([`the environment variable ${brief(unknown)} means nothing here; ${remedy}`]);
  }
  for (const name of Object.keys(VARIABLES) as Variable[]) environment(name);
}
