import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { quoted } from "../options/quote.ts";
import { type Digest, type Digests, digestOf, verifyFiles } from "./digest.ts";
import { FileError, isFile, isFolder, readJsonObject, syncFolder, writeSynced } from "./files.ts";
import { keepForeignFiles } from "./remove_run.ts";
import { type HostTensor, readSafetensors, writeSafetensors } from "./safetensors.ts";
import { modelDigests, readStateFile, serializeState } from "./state_file.ts";
import { partialPaths, sweepPartial } from "./sweep.ts";

/** A Hugging Face model folder: its config.json and every parameter under its Hugging Face name. */
export interface ModelFolder {
  readonly dir: string;
  readonly config: Record<string, unknown>;
  readonly tensors: Map<string, HostTensor>;
}

/** The files that a checkpoint's configuration and tensors become. */
export interface Layout {
  readonly config: string;
  readonly tensors: string;
}

export interface Checkpoint {
  /** Default: config.json and model.safetensors. */
  readonly layout?: Layout;
  /** Becomes the layout's file of the configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Become the layout's file of tensors. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Texts by file name, as a Tokenizer's `files` holds them. */
  readonly tokenizerFiles: Readonly<Record<string, string>>;
  /** Becomes optimizer.safetensors. */
  readonly optimizer?: ReadonlyMap<string, HostTensor> | undefined;
  /** Goes into state.json, beside digests of all files: step, data position, controller, optimiser. */
  readonly state?: object | undefined;
  /** What the logs of the run hold at this checkpoint. */
  readonly logs?: Digests | undefined;
  /** Texts of further files, by file name. */
  readonly extraFiles?: Readonly<Record<string, string>> | undefined;
}

export interface TrainingState {
  readonly optimizer: Map<string, HostTensor>;
  readonly state: Readonly<Record<string, unknown>>;
  readonly logs: Digests | undefined;
}

const MODEL = "model.safetensors";
const OPTIMIZER = "optimizer.safetensors";
const STATE = "state.json";
const MODEL_LAYOUT: Layout = { config: "config.json", tensors: MODEL };

/**
 * Reads config.json and the parameters, whether in one file or in shards. Throws FileError, also where the folder is a checkpoint of this
 * package and a file of it is not what was written.
 */
export async function readModelFolder(dir: string): Promise<ModelFolder> {
  await requireFolder(dir, "Model folder");
  const digests = await modelDigests(dir);
  if (digests) await verifyFiles(dir, digests);
  return { dir, config: await readModelConfig(dir), tensors: await readParameters(dir) };
}

/** Reads the config.json of a model folder alone. Throws FileError. */
export async function readModelConfig(dir: string): Promise<Record<string, unknown>> {
  await requireFolder(dir, "Model folder");
  return readRequired(dir, "config.json", "a Hugging Face model folder needs it");
}

/**
 * The optimiser's tensors and the state of a checkpoint that `writeCheckpoint` wrote with both. Throws FileError, also where any file of the
 * checkpoint is missing or not what was written.
 */
export async function readTrainingState(dir: string): Promise<TrainingState> {
  await requireFolder(dir, "Checkpoint");
  const found = await readStateFile(dir);
  if (!found) throw new FileError(`${dir} holds no state.json; it can be trained from, but not resumed.`);
  const { state, files, logs } = found;
  await verifyFiles(dir, files);
  if (Object.keys(state).length === 0 || !files[OPTIMIZER]) {
    throw new FileError(`${dir} is a model without the state of a run; it can be trained from, but not resumed.`);
  }
  return { state, logs, optimizer: await readSafetensors(join(dir, OPTIMIZER)) };
}

/**
 * Writes a Hugging Face folder plus optimizer.safetensors and state.json. Everything goes to a temporary sibling first, is synced
 * to the disk and then renamed, so `dir` is at any moment absent or whole. A checkpoint already at `dir` is replaced. state.json holds digests of all other files.
 */
export async function writeCheckpoint(dir: string, checkpoint: Checkpoint): Promise<void> {
  const target = resolve(dir);
  const parent = dirname(target);
  if (await mkdir(parent, { recursive: true })) await syncFolder(dirname(parent));
  await sweepPartial(parent, (name) => name === basename(target));
  const { partial, aside } = partialPaths(target);
  await mkdir(partial);
  try {
    await writeFiles(partial, checkpoint);
    await syncFolder(partial);
    await replaceFolder(target, partial, aside);
    await syncFolder(parent);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function writeFiles(folder: string, checkpoint: Checkpoint): Promise<void> {
  const { config, tensors, tokenizerFiles, optimizer, state = {}, logs, extraFiles, layout = MODEL_LAYOUT } = checkpoint;
  const files: Record<string, Digest> = {};
  for (const [name, text] of Object.entries({ ...tokenizerFiles, ...extraFiles, [layout.config]: json(config) })) {
    if (name !== basename(name) || [layout.tensors, OPTIMIZER, STATE].includes(name)) {
      throw new FileError(`A checkpoint's file is named "${name}"; a plain file name of its own, without folders, is expected.`);
    }
    await writeSynced(join(folder, name), [text]);
    files[name] = digestOf([text]);
  }
  files[layout.tensors] = await writeSafetensors(join(folder, layout.tensors), tensors);
  if (optimizer !== undefined) files[OPTIMIZER] = await writeSafetensors(join(folder, OPTIMIZER), optimizer);
  await writeSynced(join(folder, STATE), [serializeState({ state: { ...state }, files, logs })]);
}

/** A folder cannot be renamed onto one that holds files, so the old one steps aside first. */
async function replaceFolder(target: string, replacement: string, aside: string): Promise<void> {
  const replaces = await isFolder(target);
  if (replaces) await rename(target, aside);
  await rename(replacement, target).catch(async (error: unknown) => {
    if (replaces) await rename(aside, target);
    throw error;
  });
  if (!replaces) return;
  await keepForeignFiles(aside, target);
  await rm(aside, { recursive: true });
}

async function readParameters(dir: string): Promise<Map<string, HostTensor>> {
  if (await isFile(join(dir, MODEL))) return readSafetensors(join(dir, MODEL));
  const indexPath = join(dir, "model.safetensors.index.json");
  if (!(await isFile(indexPath))) {
    throw new FileError(`${dir} holds neither model.safetensors nor model.safetensors.index.json; convert its weights to safetensors.`);
  }
  const shardOf = (await readJsonObject(indexPath)).weight_map;
  if (typeof shardOf !== "object" || shardOf === null) throw new FileError(`${indexPath} has no weight_map; download it again.`);
  const tensors = new Map<string, HostTensor>();
  for (const shard of new Set(Object.values(shardOf) as unknown[])) {
    if (typeof shard !== "string" || shard !== basename(shard)) {
      throw new FileError(`${indexPath} names the shard ${quoted(shard)}; a file beside it is expected.`);
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
