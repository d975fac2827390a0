import { EngineError } from "../gpu/errors.ts";
import { isMapping, nearestWord } from "../options/problems.ts";
import { brief, listed, quoted } from "../options/quote.ts";
import { HARMLESS_KEYS } from "./harmless_keys.ts";

/** What every model's configuration has. */
export interface LanguageModelConfig {
  readonly model_type: string;
  readonly vocab_size: number;
}

/** The bounds of a number; both may be reached. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/**
 * The largest sizes that config.json may state. Those of the largest models that were ever published lie below; what lies above was not
 * meant, and is refused before anything is allocated.
 */
export const LARGEST = {
  vocabulary: 2 ** 24,
  width: 2 ** 20,
  layers: 2 ** 10,
  heads: 2 ** 10,
  headWidth: 2 ** 12,
  positions: 2 ** 20,
  /** Positions times the width of a head: the table of rotary angles. */
  angles: 2 ** 26,
} as const;

/** Reads the keys of a config.json and remembers which it has read. Its errors name the key and what is allowed. */
export interface ConfigReader {
  /** A whole number from 1 to `max` (2^24 when left out). */
  integer(key: string, otherwise?: number, max?: number): number;
  number(key: string, otherwise?: number, bounds?: Bounds): number;
  flag(key: string, otherwise: boolean): boolean;
  text(key: string, otherwise: string): string;
  /** One of a few words. */
  oneOf(key: string, words: readonly string[], otherwise?: string): string;
  /** The eps of a norm, which must be above 0 and small. */
  eps(key: string, otherwise: number): number;
  /** Whether the key is there at all, be it null. */
  has(key: string): boolean;
  /** The value as it stands; undefined where it is absent or null. */
  value(key: string): unknown;
  /** The keys of a mapping inside; undefined where it is absent, null or empty. */
  section(key: string): ConfigReader | undefined;
  /** Throws the error that a key must be something else, or what is said of it in place of that. */
  refuse(key: string, needs: string): never;
  /**
   * Refuses every key that was not read, is not null, false or empty, and is not known to change nothing that is computed. `harmless` names
   * further keys of the last kind.
   */
  refuseOthers(harmless?: readonly string[]): void;
}

/** Reads keys of a Hugging Face config.json. @throws EngineError naming the key, what was found and what is needed */
export function readConfig(json: Readonly<Record<string, unknown>>, place = ""): ConfigReader {
  const read = new Set<string>();
  const given = (key: string): unknown => {
    read.add(key);
    return Object.hasOwn(json, key) ? (json[key] ?? undefined) : undefined;
  };
  const refuse = (key: string, needs: string): never => {
    const value = given(key);
    const found = value === undefined ? "is missing" : `is ${quoted(value)}`;
    throw new EngineError(`config.json: ${place}${brief(key)} ${found}; it must be ${needs}`);
  };
  const number = (key: string, otherwise?: number, { min = -Number.MAX_VALUE, max = Number.MAX_VALUE }: Bounds = {}): number => {
    const value = given(key) ?? otherwise;
    const range = max < Number.MAX_VALUE ? ` from ${min} to ${max}` : "";
    return typeof value === "number" && value >= min && value <= max ? value : refuse(key, `a number${range}`);
  };
  const integer = (key: string, otherwise?: number, max: number = LARGEST.vocabulary): number => {
    const value = given(key) ?? otherwise;
    const inside = typeof value === "number" && Number.isInteger(value) && value > 0 && value <= max;
    return inside ? value : refuse(key, `a positive whole number, at most ${max}`);
  };
  return {
    number,
    integer,
    flag: (key, otherwise) => {
      const value = given(key) ?? otherwise;
      return typeof value === "boolean" ? value : refuse(key, "true or false");
    },
    text: (key, otherwise) => {
      const value = given(key) ?? otherwise;
      return typeof value === "string" ? value : refuse(key, "a text");
    },
    oneOf: (key, words, otherwise) => {
      const value = given(key) ?? otherwise;
      if (typeof value === "string" && words.includes(value)) return value;
      const near = typeof value === "string" ? nearestWord(value, words) : undefined;
      return refuse(key, `one of ${listed(words)}${near ? `; did you mean ${near}?` : ""}`);
    },
    eps: (key, otherwise) => number(key, otherwise, { min: 1e-12, max: 0.1 }),
    has: (key) => Object.hasOwn(json, key),
    value: given,
    section: (key) => {
      const value = given(key);
      if (isEmpty(value)) return undefined;
      return isMapping(value) ? readConfig(value, `${place}${key}.`) : refuse(key, "absent or a mapping");
    },
    refuse,
    refuseOthers: (harmless = []) => {
      const known = new Set([...read, ...harmless, ...(place === "" ? HARMLESS_KEYS : [])]);
      const unknown = Object.keys(json).find((key) => !known.has(key) && !isEmpty(json[key]));
      if (unknown !== undefined) throw new EngineError(describeUnknown(place, unknown, json[unknown], [...read, ...harmless]));
    },
  };
}

/** Whether a value says that something is not there: no key, null, false, an empty text, list or mapping. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function describeUnknown(place: string, key: string, value: unknown, known: readonly string[]): string {
  const near = nearestWord(key, known);
  const fact = `config.json: ${place}${brief(key)} is ${quoted(value)}, and this model knows no such key`;
  return `${fact}; ${near ? `did you mean ${near}? ` : ""}remove it only if it changes nothing that is computed`;
}

/** Refuses heads that cannot be made. @throws EngineError where query heads do not divide among key heads, or a head has an odd width */
export function checkHeads(heads: number, keyValueHeads: number, headDim: number): void {
  if (heads % keyValueHeads !== 0) {
    throw new EngineError(`config.json: num_key_value_heads is ${keyValueHeads}; it must divide num_attention_heads (${heads})`);
  }
  if (headDim % 2 !== 0) throw new EngineError(`config.json: head_dim is ${headDim}; it must be even, because rotary angles turn pairs`);
}
