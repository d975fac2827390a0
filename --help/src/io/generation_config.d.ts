/** Hugging Face's file of what a checkpoint says about generating. Only its end tokens are read here; the rest is kept for others. */
export declare const GENERATION_CONFIG = "generation_config.json";
/** The content of generation_config.json; empty for a model without one. */
export type GenerationConfig = Readonly<Record<string, unknown>>;
/**
 * Reads generation_config.json, which a model folder need not have.
 * @throws FileError when it is not a JSON object, or when an end token is not a token of the vocabulary
 */
export declare function readGenerationConfig(dir: string, vocabSize: number): Promise<GenerationConfig>;
/** The tokens that end a completion, as `eos_token_id` names them. */
export declare function endTokens({ eos_token_id }: GenerationConfig): number[];
