import { join } from "node:path";
import { FileError, isFile, readJsonObject } from "./files.js";
/** Hugging Face's file of what a checkpoint says about generating. Only its end tokens are read here; the rest is kept for others. */
export const GENERATION_CONFIG = "generation_config.json";
/**
 * Reads generation_config.json, which a model folder need not have.
 * @throws FileError when it is not a JSON object, or when an end token is not a token of the vocabulary
 */
export async function readGenerationConfig(dir, vocabSize) {
    const path = join(dir, GENERATION_CONFIG);
    if (!(await isFile(path)))
        return {};
    const config = await readJsonObject(path);
    const wrong = listed(config.eos_token_id).find((id) => !(Number.isInteger(id) && Number(id) >= 0 && Number(id) < vocabSize));
    if (wrong !== undefined) {
        const value = JSON.stringify(wrong).slice(0, 120);
        throw new FileError(`${path}: eos_token_id is ${value}; it must be a token id from 0 to ${vocabSize - 1}, or a list of them.`);
    }
    return config;
}
/** The tokens that end a completion, as `eos_token_id` names them. */
export function endTokens({ eos_token_id }) {
    return listed(eos_token_id);
}
/** Hugging Face writes one id by itself, several as a list, and none as null. */
function listed(ids) {
    return Array.isArray(ids) ? ids : ids === undefined || ids === null ? [] : [ids];
}
