import { join } from "node:path";
import { brief, quoted } from "../options/quote.ts";
import { verifyFiles } from "./digest.ts";
import { FileError, isFile, isFolder, readJsonObject } from "./files.ts";
import { modelDigests } from "./state_file.ts";
import { openSafetensors, type StoredTensor, type TensorSource } from "./tensor_source.ts";

/** A Hugging Face model folder: its config.json, and every tensor of its safetensors files, read when it is asked for. */
export interface ModelFolder {
  readonly dir: string;
  readonly config: Record<string, unknown>;
  readonly tensors: TensorSource;
}

/** The file of a model in one piece, and the file that says in which shard each tensor of a larger one lies. */
export const MODEL = "model.safetensors";
export const INDEX = "model.safetensors.index.json";

/** Whether a file holds tensors of a model, or says where they lie. */
export function isModelFile(name: string): boolean {
  return name === MODEL || name === INDEX || /^model-\d{5}-of-\d{5}\.safetensors$/.test(name);
}

/**
 * Opens a model folder, whether its tensors lie in one file or in shards: reads config.json and the headers.
 * @throws FileError, also where the folder is a checkpoint of this package and a file of it is not what was written
 */
export async function openModelFolder(dir: string): Promise<ModelFolder> {
  await requireModelFolder(dir);
  const digests = await modelDigests(dir);
  if (digests) await verifyFiles(dir, digests);
  return { dir, config: await readModelConfig(dir), tensors: await openTensors(dir) };
}

/** Reads the config.json of a model folder alone. Throws FileError. */
export async function readModelConfig(dir: string): Promise<Record<string, unknown>> {
  await requireModelFolder(dir);
  const path = join(dir, "config.json");
  if (!(await isFile(path))) throw new FileError(`${brief(dir)} holds no config.json; a Hugging Face model folder needs it.`);
  return readJsonObject(path);
}

async function requireModelFolder(dir: string): Promise<void> {
  if (await isFolder(dir)) return;
  const other = /[\\/]/.test(dir) ? "" : ", or a model of the hub as owner/name, such as openai-community/gpt2";
  throw new FileError(`Model folder "${brief(dir)}" does not exist; give a folder with config.json and model.safetensors${other}.`);
}

async function openTensors(dir: string): Promise<TensorSource> {
  if (await isFile(join(dir, MODEL))) return openSafetensors(join(dir, MODEL));
  if (await isFile(join(dir, INDEX))) return openShards(dir, join(dir, INDEX));
  const pickled = (await isFile(join(dir, "pytorch_model.bin"))) || (await isFile(join(dir, "pytorch_model.bin.index.json")));
  if (pickled) {
    const remedy = "take the model's safetensors files, or save it anew with transformers: save_pretrained(dir, safe_serialization=True)";
    throw new FileError(`${brief(dir)} holds its weights as pytorch_model.bin, which can hold programs and is not read; ${remedy}.`);
  }
  throw new FileError(`${brief(dir)} holds neither ${MODEL} nor ${INDEX}; convert its weights to safetensors.`);
}

/** The index decides where a tensor lives that stands in two shards. A tensor that it does not know belongs to the model all the same. */
async function openShards(dir: string, indexPath: string): Promise<TensorSource> {
  const shardOf = await readIndex(indexPath);
  const tensors = new Map<string, StoredTensor>();
  for (const shard of new Set(shardOf.values())) {
    const path = join(dir, shard);
    if (!(await isFile(path)))
      throw new FileError(`${brief(dir)} lacks the shard ${quoted(shard)} that ${INDEX} names; download it again.`);
    for (const [name, tensor] of await openSafetensors(path)) {
      const place = shardOf.get(name);
      if (place !== undefined && place !== shard) continue;
      if (tensors.has(name))
        throw new FileError(`${brief(dir)} holds tensor ${quoted(name)} in two shards, and ${INDEX} does not say which.`);
      tensors.set(name, tensor);
    }
  }
  for (const [name, shard] of shardOf) {
    if (tensors.has(name)) continue;
    throw new FileError(`${brief(join(dir, shard))} lacks tensor ${quoted(name)} that ${INDEX} places there; download both again.`);
  }
  return tensors;
}

async function readIndex(path: string): Promise<Map<string, string>> {
  const { weight_map: shardOf } = await readJsonObject(path);
  if (typeof shardOf !== "object" || shardOf === null || Array.isArray(shardOf)) {
    throw new FileError(
      `${brief(path)}: weight_map is ${quoted(shardOf)}; a mapping from tensors to files is expected; download it again.`,
    );
  }
  const entries = Object.entries(shardOf as Record<string, unknown>);
  if (entries.length === 0) throw new FileError(`${brief(path)}: weight_map is empty; download it again.`);
  return new Map(
    entries.map(([name, shard]) => {
      if (!isFileName(shard)) {
        throw new FileError(`${brief(path)} names the shard ${quoted(shard)}; the name of a file beside it is expected.`);
      }
      return [name, shard];
    }),
  );
}

/** Whether a name can be that of a file in the same folder, on any system. */
function isFileName(name: unknown): name is string {
  return typeof name === "string" && /^[^/\\:\0]+$/.test(name) && name !== "." && name !== "..";
}
