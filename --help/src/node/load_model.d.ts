import { type Tokenizer } from "../data/tokenizer.js";
import type { Device } from "../gpu/device.js";
import type { Digests } from "../io/digest.js";
import { type GenerationConfig } from "../io/generation_config.js";
import type { LanguageModel } from "../nn/language_model.js";
import type { PolicyModel } from "../rl/model.js";
/** Makes a model of a config.json. The default is `buildModel`, which knows the architectures in models/. */
export type ModelBuilder = (config: Readonly<Record<string, unknown>>) => LanguageModel;
/**
 * Loads a Hugging Face folder (config.json, safetensors, tokenizer.json) onto a device, or a checkpoint of this package by its name.
 * @throws FileError, EngineError: a file or tensor that is missing, truncated or misshapen, by name
 */
export declare function loadModel(device: Device, name: string, build?: ModelBuilder): Promise<PolicyModel>;
/** What `loadModel` would load, without its weights and without memory on the device: to count the bytes first. */
export declare function outlineModel(device: Device, name: string, build?: ModelBuilder): Promise<PolicyModel>;
/** What `createModel` would make, without memory on the device. */
export declare function outlineNew(device: Device, { config, tokenizer, build }: Omit<NewModel, "seed">): PolicyModel;
/** A model to make: its config.json, its tokenizer, and the seed of its parameters. */
export interface NewModel {
    readonly config: Readonly<Record<string, unknown>>;
    readonly tokenizer: Tokenizer;
    readonly seed: number;
    readonly build?: ModelBuilder;
    /** Becomes generation_config.json; `eos_token_id` names the tokens that end a completion. */
    readonly generation?: GenerationConfig;
}
/** A model with random parameters, drawn from a seed. */
export declare function createModel(device: Device, options: NewModel): Promise<PolicyModel>;
type Arrays = ReadonlyMap<string, {
    readonly shape: readonly number[];
    readonly data: Float32Array;
}>;
/**
 * Writes a checkpoint: a Hugging Face folder, with the optimiser's tensors and the trainer's state where given.
 * @throws NotFiniteError before anything is written where a parameter is not finite
 */
export declare function saveModel(dir: string, model: PolicyModel, extra?: {
    readonly moments?: Arrays;
    readonly state?: object;
    readonly logs?: Digests;
    readonly files?: Readonly<Record<string, string>>;
}): Promise<void>;
export {};
