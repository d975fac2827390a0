import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FileError, isFile, isFolder, readJsonObject, syncFolder, writeSynced } from "./files.ts";
import { keepForeignFiles } from "./remove_run.ts";
import { type HostTensor, readSafetensors, writeSafetensors } from "./safetensors.ts";

/** A Hugging Face model folder: its config.json and every parameter under its Hugging Face name. */
export interface ModelFolder {
  readonly dir: string;
  readonly config: Record<string, unknown>;
  readonly tensors: Map<string, HostTensor>;
}

export interface Checkpoint {
  /** Becomes config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Become model.safetensors. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Texts by file name, as a Tokenizer's `files` holds them. */
  readonly tokenizerFiles: Readonly<Record<string, string>>;
  /** Becomes optimizer.safetensors. */
  readonly optimizer?: ReadonlyMap<string, HostTensor> | undefined;
  /** Becomes state.json, with STATE_VERSION: step, data position, controller, optimiser. */
  readonly state?: object | undefined;
  /** Texts of further files, by file name. */
  readonly extraFiles?: Readonly<Record<string, string>> | undefined;
}

export interface TrainingState {
  readonly optimizer: Map<string, HostTensor>;
  readonly state: Record<string, unknown>;
}

/** Format of state.json. 2 holds the controller's state by field name; 1 held it as a list of numbers, and stated no version. */
const STATE_VERSION = 2;

/** Reads config.json and the parameters, whether in one file or in shards. Throws FileError. */
export async function readModelFolder(dir: string): Promise<ModelFolder> {
  await requireFolder(dir, "Model folder");
  const config = await readRequired(dir, "config.json", "a Hugging Face model folder needs it");
  return { dir, config, tensors: await readParameters(dir) };
}

/** The optimiser's tensors and state.json of a checkpoint that `writeCheckpoint` wrote with both. Throws FileError. */
export async function readTrainingState(dir: string): Promise<TrainingState> {
  await requireFolder(dir, "Checkpoint");
  const { version = 1, ...state } = await readRequired(dir, "state.json", "it can be trained from, but not resumed");
  if (version !== STATE_VERSION) {
    const path = join(dir, "state.json");
    throw new FileError(
      `${path}: version is ${JSON.stringify(version)}; it must be ${STATE_VERSION}. Start a new run from its weights (model: ${dir}), or resume with the release that wrote it.`,
    );
  }
  if (!(await isFile(join(dir, "optimizer.safetensors")))) {
    throw new FileError(`${dir} holds no optimizer.safetensors; it can be trained from, but not resumed.`);
  }
  return { state, optimizer: await readSafetensors(join(dir, "optimizer.safetensors")) };
}

/**
 * Writes a Hugging Face folder plus optimizer.safetensors and state.json. Everything goes to a temporary sibling first, is synced
 * to the disk and then renamed, so `dir` is at any moment absent or whole. A checkpoint already at `dir` is replaced.
 */
export async function writeCheckpoint(dir: string, checkpoint: Checkpoint): Promise<void> {
  const target = resolve(dir);
  const parent = dirname(target);
  const prefix = `.${basename(target)}.partial-`;
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent, prefix);
  const partial = join(parent, `${prefix}${process.pid}`);
  await mkdir(partial);
  try {
    await writeFiles(partial, checkpoint);
    await syncFolder(partial);
    await replaceFolder(target, partial, join(parent, `${prefix}old-${process.pid}`));
    await syncFolder(parent);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function writeFiles(folder: string, { config, tensors, tokenizerFiles, optimizer, state, extraFiles }: Checkpoint): Promise<void> {
  const texts: Record<string, string> = { ...tokenizerFiles, ...extraFiles, "config.json": json(config) };
  if (state !== undefined) texts["state.json"] = json({ version: STATE_VERSION, ...state });
  for (const [name, text] of Object.entries(texts)) {
    if (name !== basename(name))
      throw new FileError(`A checkpoint's file is named "${name}"; a plain file name without folders is expected.`);
    await writeSynced(join(folder, name), [text]);
  }
  await writeSafetensors(join(folder, "model.safetensors"), tensors);
  if (optimizer !== undefined) await writeSafetensors(join(folder, "optimizer.safetensors"), optimizer);
}

/** A folder cannot be renamed onto one that holds files, so the old one steps aside first. */
async function replaceFolder(target: string, replacement: string, aside: string): Promise<void> {
  const replaces = await isFolder(target);
  if (replaces) await rename(target, aside);
  await rename(replacement, target);
  if (!replaces) return;
  await keepForeignFiles(aside, target);
  await rm(aside, { recursive: true });
}

/** Removes what an interrupted write of the same checkpoint left behind. */
async function removeLeftovers(parent: string, prefix: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function readParameters(dir: string): Promise<Map<string, HostTensor>> {
  if (await isFile(join(dir, "model.safetensors"))) return readSafetensors(join(dir, "model.safetensors"));
  const indexPath = join(dir, "model.safetensors.index.json");
  if (!(await isFile(indexPath))) {
    throw new FileError(`${dir} holds neither model.safetensors nor model.safetensors.index.json; convert its weights to safetensors.`);
  }
  const shardOf = (await readJsonObject(indexPath)).weight_map;
  if (typeof shardOf !== "object" || shardOf === null) throw new FileError(`${indexPath} has no weight_map; download it again.`);
  const tensors = new Map<string, HostTensor>();
  for (const shard of new Set(Object.values(shardOf) as unknown[])) {
    if (typeof shard !== "string" || shard !== basename(shard)) {
      throw new FileError(`${indexPath} names the shard ${JSON.stringify(shard)}; a file beside it is expected.`);
    }
    for (const [name, tensor] of await readSafetensors(join(dir, shard))) tensors.set(name, tensor);
  }
  for (const [name, shard] of Object.entries(shardOf)) {
    if (!tensors.has(name)) throw new FileError(`${join(dir, String(shard))} lacks tensor "${name}" that ${indexPath} places there.`);
  }
  return tensors;
}

async function readRequired(dir: string, name: string, reason: string): Promise<Record<string, unknown>> {
  const path = join(dir, name);
  if (!(await isFile(path))) throw new FileError(`${dir} holds no ${name}; ${reason}.`);
  return readJsonObject(path);
}

async function requireFolder(dir: string, kind: string): Promise<void> {
  if (!(await isFolder(dir))) throw new FileError(`${kind} "${dir}" does not exist; give a folder with config.json and model.safetensors.`);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
