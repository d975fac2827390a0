import type { RopeScaling } from "../ops/rope_table.js";
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
export declare const LARGEST: {
    readonly vocabulary: number;
    readonly width: number;
    readonly layers: number;
    readonly heads: number;
    readonly headWidth: number;
    readonly positions: number;
    /** Positions times the width of a head: the table of rotary angles. */
    readonly angles: number;
};
/** Reads the keys of a config.json. Its errors name the key and what is allowed. */
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
    /** The key rope_scaling, which may be absent, linear or llama3. */
    ropeScaling(): RopeScaling | undefined;
}
/** Reads keys of a Hugging Face config.json. @throws EngineError naming the key, what was found and what is needed */
export declare function readConfig(json: Readonly<Record<string, unknown>>, place?: string): ConfigReader;
/** Refuses heads that cannot be made. @throws EngineError where query heads do not divide among key heads, or a head has an odd width */
export declare function checkHeads(heads: number, keyValueHeads: number, headDim: number): void;
export {};
