import type { Tokenizer } from "../data/tokenizer.ts";
import type { Device } from "../gpu/device.ts";
import type { GenerationConfig } from "../io/generation_config.ts";
import type { FrozenStorage } from "../nn/frozen.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import type { LoraOptions } from "../nn/lora.ts";
import type { PlacedModule } from "../nn/place.ts";

/** Low-rank adapters of a model, which are trained in place of its own weights. */
export interface ModelAdapter {
  /** The base model's path or name, as adapter_config.json states it. */
  readonly base: string;
  readonly options: LoraOptions;
  /** How the base's weights are stored. */
  readonly storage: FrozenStorage;
}

/** A language model on a device, with what turns text into its tokens and what a checkpoint of it needs. */
export interface PolicyModel {
  readonly module: LanguageModel;
  readonly placed: PlacedModule;
  readonly tokenizer: Tokenizer;
  /** The Hugging Face config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The Hugging Face generation_config.json, which names the end tokens; empty where the model has none. */
  readonly generation: GenerationConfig;
  /** The model's adapters; undefined where its own weights are trained. */
  readonly adapter: ModelAdapter | undefined;
  /** A second copy with the same parameters, for a frozen reference. */
  clone(): Promise<PolicyModel>;
  /** The same model on another device, without its weights: to measure what it takes there. */
  outline(device: Device): PolicyModel;
  destroy(): void;
}

/** What sampling needs of a model. */
export type SampledModel = Pick<PolicyModel, "module" | "tokenizer" | "config" | "generation">;
