import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildModel } from "../../models/index.ts";
import { FileError, readJsonObject } from "../io/files.ts";
import { readModelConfig } from "../io/model_folder.ts";
import { dataFiles, type HubFile, modelFiles, SHARD_INDEX, WHOLE } from "./hub_files.ts";
import {
  cachedFiles,
  cachedSnapshot,
  isOffline,
  notCached,
  openRepository,
  type Repository,
  type RepositoryName,
} from "./hub_repository.ts";

/** `org/name`, or `org/name@revision` for a branch, a tag or a commit; behind it, for data, the path of a file or folder of the repository. */
const HUB_NAME = /^([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?(?:\/([\w./-]+))?$/;

interface HubName extends RepositoryName {
  readonly path: string | undefined;
}

/** Reads a name that is no path here as one of the hub; undefined for one that cannot be. */
function hubName(name: string, type: RepositoryName["type"]): HubName | undefined {
  if (existsSync(name)) return undefined;
  const [, repository, revision = "main", path] = HUB_NAME.exec(name) ?? [];
  if (repository === undefined || name.split(/[/@]/).some((part) => /^\.*$/.test(part))) return undefined;
  // A longer name whose first folder exists is a path with a mistake in it.
  if (path !== undefined && (type === "model" || existsSync(repository.split("/")[0]!))) return undefined;
  return { type, name: repository, revision, path };
}

/**
 * A model's name at a revision, where it is one of the hub that says none itself; any other as it is. Undefined where the revision cannot be
 * said in a name, as one with a slash.
 */
export function atRevision(name: string, revision: string): string | undefined {
  const isBare = hubName(name, "model") !== undefined && !name.includes("@");
  if (!isBare || revision === "main") return name;
  const full = `${name}@${revision}`;
  return hubName(full, "model") && full;
}

/** A model's name and its revision, each on its own, where it is one of the hub that says one; any other as it is. */
export function splitRevision(name: string): { readonly name: string; readonly revision: string | undefined } {
  const found = name.includes("@") ? hubName(name, "model") : undefined;
  return found ?? { name, revision: undefined };
}

/** What a name led to, so that one process asks the hub once, and reads one commit under one name. */
const resolved = new Map<string, Promise<string>>();

/**
 * The folder of a model. A name of the form `org/name` or `org/name@revision` that is no path here is one of the hub: what the model needs is
 * downloaded into the cache of Hugging Face's own libraries. Any other name is returned as it is. `accept` gets the config.json before weights
 * are downloaded, and throws where it cannot build such a model.
 * @throws FileError in one line where the hub has no such model, refuses it, or cannot be reached; what `accept` throws
 */
export async function resolveModel(name: string, accept: AcceptConfig = buildModel): Promise<string> {
  const repository = hubName(name, "model");
  if (!repository) return name;
  const known = resolved.get(name);
  if (known) return known;
  const folder = folderOf(repository, (opened, title) => fetchModel(opened, title, accept));
  resolved.set(name, folder);
  folder.catch(() => resolved.delete(name));
  return folder;
}

/** Takes a model's config.json, or throws. */
type AcceptConfig = (config: Readonly<Record<string, unknown>>) => unknown;

/** The small files come first, because they tell whether the large ones can be used. */
async function fetchModel(repository: Repository, name: string, accept: AcceptConfig): Promise<string> {
  const wanted = modelFiles(repository.files, name);
  const has = (file: string): boolean => wanted.some(({ path }) => path === file);
  const isLarge = ({ path }: HubFile): boolean => path.endsWith(".safetensors");
  const folder = await repository.fetch(
    wanted.filter((file) => !isLarge(file)),
    { isAll: false },
  );
  if (has(WHOLE) || has(SHARD_INDEX)) {
    accept(await readModelConfig(folder));
    if (!has("tokenizer.json")) throw new FileError(`${name} on the hub has no tokenizer.json; take a repository with a fast tokenizer.`);
  }
  const { weight_map: shardOf } = has(SHARD_INDEX) ? await readJsonObject(join(folder, SHARD_INDEX)) : {};
  const shards = new Set<unknown>(Object.values(shardOf ?? {}));
  return repository.fetch([...wanted.filter(isLarge), ...repository.files.filter(({ path }) => shards.has(path))], { isAll: true });
}

/**
 * The files of a split of a data set on the hub, by its name: `org/name`, `org/name@revision`, or with a file or folder of it,
 * `org/name/folder`. Its Parquet and JSONL files are downloaded. Undefined for a name that is a path here or cannot be one of the hub.
 * @throws FileError as `resolveModel` does, and where no files fit
 */
export async function resolveData(name: string, split?: string): Promise<readonly string[] | undefined> {
  const repository = hubName(name, "dataset");
  if (!repository) return undefined;
  const choice = { split, path: repository.path };
  let files: readonly HubFile[] = [];
  const folder = await folderOf(repository, async (opened) => {
    files = dataFiles(opened.files, repository.name, choice);
    return opened.fetch(files, { isAll: true });
  });
  if (files.length === 0) files = dataFiles(await cachedFiles(folder), repository.name, choice);
  return files.map(({ path }) => join(folder, path));
}

/** The folder that `fetch` fills from the hub, or what the cache holds where the hub cannot be asked. */
async function folderOf(name: RepositoryName, fetch: (repository: Repository, name: string) => Promise<string>): Promise<string> {
  const opened = isOffline() ? OFFLINE : await openRepository(name);
  if (typeof opened !== "string") return fetch(opened, name.name);
  const cached = await cachedSnapshot(name);
  if (!cached) throw notCached(name, opened);
  if (opened !== OFFLINE) process.stderr.write(`note: ${opened}; ${name.name} is read from ${cached}\n`);
  return cached;
}

const OFFLINE = "HF_HUB_OFFLINE is set";
