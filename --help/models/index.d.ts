import { type nn } from "../src/engine.js";
type Json = Readonly<Record<string, unknown>>;
/** Architectures by Hugging Face's `model_type`. A new one is a file in this folder and a line here. */
export declare const architectures: Readonly<Record<string, (config: Json) => nn.LanguageModel>>;
/** Builds the model a config.json describes. @throws EngineError for a model type that is not known here */
export declare function buildModel(config: Json): nn.LanguageModel;
export {};
