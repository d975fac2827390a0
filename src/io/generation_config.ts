import { join } from "node:path";
import { FileError, isFile, readJsonObject } from "./files.ts";

/** Hugging Face's file of what a checkpoint says about generating. Only its end tokens are read here; the rest is kept for others. */
export const GENERATION_CONFIG = "generation_config.json";

/** The content of generation_config.json; empty for a model without one. */
export type GenerationConfig = Readonly<Record<string, unknown>>;

/**
 * Reads generation_config.json, which a model folder need not have.
 * @throws FileError when it is not a JSON object, or when an end token is not a token of the vocabulary
 */
export async function readGenerationConfig(dir: string, vocabSize: number): Promise<GenerationConfig> {
  const path = join(dir, GENERATION_CONFIG);
  if (!(await isFile(path))) return {};
  const config = await readJsonObject(path);
  const wrong = wrongEndToken(config, vocabSize);
  if (wrong !== undefined) {
    const value = JSON.stringify(wrong).slice(0, 120);
    throw new FileError(`${path}: eos_token_id is ${value}; it must be a token id from 0 to ${vocabSize - 1}, or a list of them.`);
  }
  return config;
}

/** The first of the end tokens that is no id of a vocabulary; undefined where all are. */
export function wrongEndToken({ eos_token_id }: GenerationConfig, vocabSize: number): unknown {
  return listed(eos_token_id).find((id) => !(Number.isInteger(id) && Number(id) >= 0 && Number(id) < vocabSize));
}

/** The tokens that end a completion, as `eos_token_id` names them. */
export function endTokens({ eos_token_id }: GenerationConfig): number[] {
  return listed(eos_token_id) as number[];
}

/** Hugging Face writes one id by itself, several as a list, and none as null. */
function listed(ids: unknown): unknown[] {
  return Array.isArray(ids) ? ids : ids === undefined || ids === null ? [] : [ids];
}
