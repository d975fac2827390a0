import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJsonObject } from "../io/files.ts";
import { type DataChoice, dataFiles, type HubFile, modelFiles, SHARD_INDEX } from "./hub_files.ts";
import {
  cachedFiles,
  cachedSnapshot,
  isOffline,
  notCached,
  openRepository,
  type Repository,
  type RepositoryName,
} from "./hub_repository.ts";

/** `org/name`, or `org/name@revision` for a branch, a tag or a commit. */
const HUB_NAME = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/;

/** Reads a name that is no path here as one of the hub; undefined for one that cannot be. */
function hubName(name: string, type: RepositoryName["type"]): RepositoryName | undefined {
  if (existsSync(name)) return undefined;
  const [, repository, revision = "main"] = HUB_NAME.exec(name) ?? [];
  if (repository === undefined || /(^|\/)\.+\//.test(`${repository}/`) || revision.split("/").includes("..")) return undefined;
  return { type, name: repository, revision };
}

/** What a name led to, so that one process asks the hub once, and reads one commit under one name. */
const resolved = new Map<string, Promise<string>>();

/**
 * The folder of a model. A name of the form `org/name` or `org/name@revision` that is no path here is one of the hub: what the model needs is
 * downloaded into the cache of Hugging Face's own libraries. Any other name is returned as it is.
 * @throws FileError in one line where the hub has no such model, refuses it, or cannot be reached
 */
export async function resolveModel(name: string): Promise<string> {
  const repository = hubName(name, "model");
  if (!repository) return name;
  const known = resolved.get(name);
  if (known) return known;
  const folder = folderOf(repository, fetchModel);
  resolved.set(name, folder);
  folder.catch(() => resolved.delete(name));
  return folder;
}

async function fetchModel(repository: Repository, name: string): Promise<string> {
  const wanted = modelFiles(repository.files, name);
  const folder = await repository.fetch(wanted);
  if (!wanted.some(({ path }) => path === SHARD_INDEX)) return folder;
  const { weight_map: shardOf } = await readJsonObject(join(folder, SHARD_INDEX));
  const shards = new Set<unknown>(Object.values(shardOf ?? {}));
  return repository.fetch(repository.files.filter(({ path }) => shards.has(path)));
}

/**
 * The files of a data set. A name of the form `org/name` or `org/name@revision` that is no path here is one of the hub, whose Parquet or
 * JSONL files are downloaded: those of a split, or a file or folder of the repository. Any other name is returned as it is.
 * @throws FileError as `resolveModel` does, and where no files fit the choice
 */
export async function resolveData(name: string, choice: DataChoice = {}): Promise<readonly string[]> {
  const repository = hubName(name, "dataset");
  if (!repository) return [name];
  let paths: readonly HubFile[] = [];
  const folder = await folderOf(repository, async ({ files, fetch }) => {
    paths = dataFiles(files, repository.name, choice);
    return fetch(paths);
  });
  if (paths.length === 0) paths = dataFiles(await cachedFiles(folder), repository.name, choice);
  return paths.map(({ path }) => join(folder, path));
}

/** The folder that `fetch` fills from the hub, or what the cache holds where the hub cannot be asked. */
async function folderOf(name: RepositoryName, fetch: (repository: Repository, name: string) => Promise<string>): Promise<string> {
  const offline = isOffline();
  const repository = offline ? undefined : await openRepository(name);
  if (repository) return fetch(repository, name.name);
  const why = offline ? "HF_HUB_OFFLINE is set" : "The hub cannot be reached";
  const cached = await cachedSnapshot(name);
  if (!cached) throw notCached(name, why);
  if (!offline) process.stderr.write(`note: the hub cannot be reached; ${name.name} is read from ${cached}\n`);
  return cached;
}
