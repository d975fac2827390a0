import { EngineError } from "../gpu/errors.ts";
import type { RopeScaling } from "../ops/rope_table.ts";

/** What every model's configuration has. */
export interface LanguageModelConfig {
  readonly model_type: string;
  readonly vocab_size: number;
}

/** Reads the keys of a config.json. Its errors name the key and what is allowed. */
export interface ConfigReader {
  integer(key: string, otherwise?: number): number;
  number(key: string, otherwise?: number): number;
  flag(key: string, otherwise: boolean): boolean;
  text(key: string, otherwise: string): string;
  /** The key rope_scaling, which may be absent, linear or llama3. */
  ropeScaling(): RopeScaling | undefined;
}

/** Reads keys of a Hugging Face config.json. @throws EngineError naming the key, what was found and what is needed */
export function readConfig(json: Readonly<Record<string, unknown>>): ConfigReader {
  const refuse = (key: string, needs: string): never => {
    throw new EngineError(`config.json: ${key} is ${JSON.stringify(json[key])}; it must be ${needs}`);
  };
  const number = (key: string, otherwise?: number): number => {
    const value = json[key] ?? otherwise;
    return typeof value === "number" && Number.isFinite(value) ? value : refuse(key, "a number");
  };
  return {
    number,
    integer: (key, otherwise) => {
      const value = number(key, otherwise);
      return Number.isInteger(value) && value > 0 ? value : refuse(key, "a positive whole number");
    },
    flag: (key, otherwise) => {
      const value = json[key] ?? otherwise;
      return typeof value === "boolean" ? value : refuse(key, "true or false");
    },
    text: (key, otherwise) => {
      const value = json[key] ?? otherwise;
      return typeof value === "string" ? value : refuse(key, "a text");
    },
    ropeScaling: () => {
      const scaling = json.rope_scaling as Readonly<Record<string, unknown>> | null | undefined;
      if (!scaling) return undefined;
      const read = readConfig(scaling);
      const kind = scaling.rope_type ?? scaling.type;
      if (kind === "default") return undefined;
      if (kind === "linear") return { kind, factor: read.number("factor") };
      if (kind !== "llama3") return refuse("rope_scaling", "absent, linear or llama3");
      return {
        kind,
        factor: read.number("factor"),
        lowFreqFactor: read.number("low_freq_factor"),
        highFreqFactor: read.number("high_freq_factor"),
        originalMaxPositions: read.integer("original_max_position_embeddings"),
      };
    },
  };
}
