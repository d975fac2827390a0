import { copyFile, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { UnavailableError } from "../io/file_error.ts";
import { FileError, isFile, isFolder } from "../io/files.ts";
import { move, removeFile } from "../io/patient.ts";
import { writeWhole } from "../io/write_whole.ts";
import { quoted } from "../options/quote.ts";
import { environment } from "./environment.ts";
import { downloadFile } from "./hub_download.ts";
import { explainHubError, isNetworkError, isTransient, statusOf } from "./hub_errors.ts";
import { type HubFile, staysInside } from "./hub_files.ts";
import { createDownloadView } from "./hub_progress.ts";

/** A repository at a revision, as a user names it: `org/name` or `org/name@revision`. */
export interface RepositoryName {
  readonly type: "model" | "dataset";
  readonly name: string;
  readonly revision: string;
}

/** A repository at one commit, whose files are downloaded into the cache as they are asked for. */
export interface Repository {
  readonly files: readonly HubFile[];
  /**
   * Downloads what the cache lacks of some files, and returns the folder of the commit, which then holds them. The cache keeps a branch at the
   * commit that it had until `isAll` says that nothing is lacking of the new one.
   */
  fetch(files: readonly HubFile[], options: { readonly isAll: boolean }): Promise<string>;
}

/** The library is loaded when a name of the hub is met, because most commands meet none. */
const library = () => import("@huggingface/hub");

/** Who asks whom: the library's own address where HF_ENDPOINT names no other. */
function access(): { hubUrl?: string; accessToken?: string } {
  const [endpoint, token] = [environment("HF_ENDPOINT"), environment("HF_TOKEN")];
  if (token !== undefined && !token.startsWith("hf_")) {
    throw new FileError("The environment variable HF_TOKEN does not begin with hf_, as every token of the hub does; set it anew.");
  }
  return { ...(endpoint && { hubUrl: endpoint.replace(/\/+$/, "") }), ...(token && { accessToken: token }) };
}

/** Whether HF_HUB_OFFLINE is set as Hugging Face's own library understands it. */
export function isOffline(): boolean {
  return ["1", "ON", "YES", "TRUE"].includes((environment("HF_HUB_OFFLINE") ?? "").toUpperCase());
}

/**
 * Asks the hub for a repository's commit and files. The reason where the hub cannot be asked now and its cache may serve.
 * @throws FileError for a repository that is not there or may not be read, and where the hub is too busy and the cache lacks it
 */
export async function openRepository(repository: RepositoryName): Promise<Repository | string> {
  const { listFiles } = await library();
  try {
    const commit = await commitOf(repository);
    const files: HubFile[] = [];
    const repo = { type: repository.type, name: repository.name };
    for await (const { type, path, size, oid, lfs } of listFiles({ repo, revision: commit, recursive: true, ...access() })) {
      if (type !== "file" || !staysInside(path)) continue;
      files.push({ path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid ?? "", algorithm: lfs ? "sha256" : "git" });
    }
    return { files, fetch: (wanted, { isAll }) => fetchFiles(isAll ? repository : { ...repository, revision: commit }, commit, wanted) };
  } catch (error) {
    if (isNetworkError(error)) return "the hub cannot be reached";
    if (isTransient(error) && (await cachedSnapshot(repository))) return `the hub answers ${statusOf(error)}`;
    throw explainHubError(error, repository);
  }
}

/** The commit that a branch or a tag names. */
async function commitOf({ type, name, revision }: RepositoryName): Promise<string> {
  if (/^[0-9a-f]{40}$/.test(revision)) return revision;
  const { modelInfo, datasetInfo } = await library();
  const options = { name, revision, additionalFields: ["sha"] as ["sha"], ...access() };
  const { sha } = await (type === "model" ? modelInfo(options) : datasetInfo(options));
  return sha;
}

/** Milliseconds before another try where the connection broke. */
const PAUSES = [100, 500, 2000, 5000];

async function fetchFiles(repository: RepositoryName, commit: string, wanted: readonly HubFile[]): Promise<string> {
  const folder = await cacheOf(repository);
  const snapshot = join(folder, "snapshots", commit);
  const missing: HubFile[] = [];
  for (const file of wanted) if (!(await isFile(join(snapshot, file.path)))) missing.push(file);
  await downloadAll(repository, commit, missing);
  for (const file of missing) await linkFile(join(folder, "blobs", file.hash), join(snapshot, file.path));
  if (repository.revision !== commit) {
    const ref = join(folder, "refs", repository.revision);
    await mkdir(dirname(ref), { recursive: true });
    await writeWhole(ref, commit);
  }
  return snapshot;
}

async function downloadAll(repository: RepositoryName, commit: string, wanted: readonly HubFile[]): Promise<void> {
  const blobs = join(await cacheOf(repository), "blobs");
  const files: HubFile[] = [];
  for (const file of wanted) if (!(await isFile(join(blobs, file.hash)))) files.push(file);
  if (files.length === 0) return;
  const arrived = new Map<HubFile, number>();
  const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
  const total = sum(files.map(({ size }) => size));
  const view = createDownloadView({ title: repository.name, total, stream: process.stderr });
  try {
    for (const file of files) {
      const open = (position: number): Promise<ReadableStream<Uint8Array>> => openFile(repository, commit, file, position);
      const progress = (bytes: number): void => {
        arrived.set(file, bytes);
        view.show(sum(arrived.values()));
      };
      const waits = (holder: string): void => {
        process.stderr.write(`note: ${holder} downloads ${file.path} of ${repository.name} too; waiting for it\n`);
      };
      await downloadFile({ file, path: join(blobs, file.hash), open, progress, waits, pauses: PAUSES }, isTransient);
    }
  } catch (error) {
    throw explainHubError(error, repository);
  } finally {
    view.end();
  }
}

/** The bytes of a file from a position on. */
async function openFile(
  { type, name }: RepositoryName,
  commit: string,
  { path, size }: HubFile,
  position: number,
): Promise<ReadableStream> {
  const { fileDownloadInfo, HubApiError } = await library();
  const info = await fileDownloadInfo({ repo: { type, name }, path, revision: commit, ...access() });
  if (!info) throw new UnavailableError(`${name} on the hub lists ${path} and does not have it; try again.`);
  const { accessToken } = access();
  const authorization: Record<string, string> = accessToken ? { Authorization: `Bearer ${accessToken}` } : {};
  const response = await fetch(info.url, { headers: { ...authorization, Range: `bytes=${position}-${size - 1}` } });
  if (!response.ok || !response.body) throw new HubApiError(info.url, response.status);
  return response.body;
}

/** A relative link, as Hugging Face's own libraries make it; a copy where the system has no links, as Windows without the right to make them. */
export async function linkFile(blob: string, path: string, link = symlink): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await link(relative(dirname(path), blob), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") await copyWhole(blob, path);
  }
}

/** A copy that has its name only when it is whole: what has the name of a file counts as downloaded. */
async function copyWhole(from: string, to: string): Promise<void> {
  const partial = `${to}.${process.pid}.incomplete`;
  try {
    await copyFile(from, partial);
    await move(partial, to);
  } catch (error) {
    await removeFile(partial);
    // Another process may have made it meanwhile, and have it open.
    if (!(await isFile(to))) throw error;
  }
}

/** The folder of a repository in the cache of Hugging Face's own libraries. */
async function cacheOf({ type, name }: RepositoryName): Promise<string> {
  const { getHFHubCachePath, getRepoFolderName } = await library();
  return join(getHFHubCachePath(), getRepoFolderName({ type, name }));
}

/** The folder of the commit that the cache holds under a revision; undefined where it holds none. */
export async function cachedSnapshot(repository: RepositoryName): Promise<string | undefined> {
  const folder = await cacheOf(repository);
  const ref = join(folder, "refs", repository.revision);
  const commit = (await isFile(ref)) ? (await readFile(ref, "utf8")).trim() : repository.revision;
  const snapshot = join(folder, "snapshots", commit);
  return (await isFolder(snapshot)) ? snapshot : undefined;
}

/** The files of a cached commit, by their paths. */
export async function cachedFiles(snapshot: string): Promise<HubFile[]> {
  const entries = await readdir(snapshot, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => relative(snapshot, join(entry.parentPath, entry.name)));
  return paths.map((path) => ({ path: path.replaceAll("\\", "/"), size: 0, hash: "", algorithm: "git" }));
}

/** Refuses a name that is not in the cache while the hub cannot be asked. */
export function notCached({ type, name, revision }: RepositoryName, why: string): UnavailableError {
  const what = `${type === "model" ? "model" : "data set"} ${quoted(revision === "main" ? name : `${name}@${revision}`)}`;
  return new UnavailableError(
    `${why.replace(/^t/, "T")}, and its cache here holds no ${what}; connect, or give the path of a folder that exists.`,
  );
}
