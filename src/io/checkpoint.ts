import { mkdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { brief } from "../options/quote.ts";
import { requireCheckpointPlace } from "./checkpoint_place.ts";
import { type Digest, type Digests, digestOf, verifyFiles } from "./digest.ts";
import { FileError, isFolder, requireRoomForFolder, syncFolder, writeSynced } from "./files.ts";
import { isModelFile } from "./model_folder.ts";
import { move, removeTree } from "./patient.ts";
import { keepForeignFiles } from "./remove_run.ts";
import { type HostTensor, readSafetensors } from "./safetensors.ts";
import { readStateFile, serializeState } from "./state_file.ts";
import { partialPaths, sweepPartial } from "./sweep.ts";
import type { TensorSource } from "./tensor_source.ts";
import { type WriteOptions, writeModelTensors, writeTensors } from "./write_tensors.ts";
import { writeError } from "./write_whole.ts";

/** The files that configuration and tensors become where they are not a model's. */
export interface Layout {
  readonly config: string;
  readonly tensors: string;
}

export interface Checkpoint {
  /** Default: config.json, and model.safetensors or its shards. */
  readonly layout?: Layout | undefined;
  /** Becomes config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Become model.safetensors, or its shards. */
  readonly tensors: TensorSource;
  /** How they are written. */
  readonly write?: WriteOptions | undefined;
  /** Texts by file name, as a Tokenizer's `files` holds them. */
  readonly tokenizerFiles: Readonly<Record<string, string>>;
  /** Becomes optimizer.safetensors. */
  readonly optimizer?: TensorSource | undefined;
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

const OPTIMIZER = "optimizer.safetensors";
const STATE = "state.json";

/**
 * The optimiser's tensors and the state of a checkpoint that `writeCheckpoint` wrote with both. Throws FileError, also where any file of the
 * checkpoint is missing or not what was written.
 */
export async function readTrainingState(dir: string): Promise<TrainingState> {
  if (!(await isFolder(dir))) {
    throw new FileError(
      `Checkpoint "${brief(dir)}" does not exist; give a folder that saveModel wrote with a state, or a checkpoint of a run.`,
    );
  }
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
 * @throws FileError where `dir` cannot be made or written, or holds what no checkpoint wrote
 */
export async function writeCheckpoint(dir: string, checkpoint: Checkpoint): Promise<void> {
  const target = resolve(dir);
  const parent = dirname(target);
  const { partial, aside } = partialPaths(target);
  await requireRoomForFolder(dir, "choose another path");
  await requireCheckpointPlace(dir);
  try {
    if (await mkdir(parent, { recursive: true })) await syncFolder(dirname(parent));
    await sweepPartial(parent, (name) => name === basename(target));
    await mkdir(partial);
  } catch (error) {
    throw placeError(dir, error);
  }
  try {
    await writeFiles(partial, checkpoint);
    await syncFolder(partial);
    await replaceFolder(target, partial, aside);
    await syncFolder(parent);
  } catch (error) {
    await removeTree(partial);
    throw writeError(dir, error);
  }
}

/** What stands against a new folder, unless it may go away by itself, as a full disk does. */
function placeError(dir: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (!NOT_ALLOWED.includes(code)) return writeError(dir, error);
  return new FileError(`${brief(dir)} cannot be made (${code}); make the folder above it writable, or choose another path`);
}

const NOT_ALLOWED: readonly (string | undefined)[] = ["EACCES", "EPERM", "EROFS", "ENOENT"];

async function writeFiles(folder: string, checkpoint: Checkpoint): Promise<void> {
  const { config, tensors, write, tokenizerFiles, optimizer, state = {}, logs, extraFiles, layout } = checkpoint;
  const files: Record<string, Digest> = {};
  for (const [name, text] of Object.entries({ ...tokenizerFiles, ...extraFiles, [layout?.config ?? "config.json"]: json(config) })) {
    if (name !== basename(name) || [OPTIMIZER, STATE, layout?.tensors].includes(name) || isModelFile(name)) {
      throw new FileError(`A checkpoint's file is named "${name}"; a plain file name of its own, without folders, is expected.`);
    }
    await writeSynced(join(folder, name), [text]);
    files[name] = digestOf([text]);
  }
  if (layout) files[layout.tensors] = await writeTensors(join(folder, layout.tensors), tensors, write?.dtype);
  else Object.assign(files, await writeModelTensors(folder, tensors, write));
  if (optimizer !== undefined) files[OPTIMIZER] = await writeTensors(join(folder, OPTIMIZER), optimizer);
  await writeSynced(join(folder, STATE), [serializeState({ state: { ...state }, files, logs })]);
}

/** A folder cannot be renamed onto one that holds files, so the old one steps aside first. */
async function replaceFolder(target: string, replacement: string, aside: string): Promise<void> {
  const replaces = await isFolder(target);
  if (replaces) await move(target, aside);
  await move(replacement, target).catch(async (error: unknown) => {
    if (replaces) await move(aside, target);
    throw error;
  });
  if (!replaces) return;
  await keepForeignFiles(aside, target);
  await removeTree(aside);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
