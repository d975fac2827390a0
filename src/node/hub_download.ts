import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { digestFile } from "../io/digest.ts";
import { UnavailableError } from "../io/file_error.ts";
import { move, removeFile } from "../io/patient.ts";
import { writeError } from "../io/write_whole.ts";
import type { HubFile } from "./hub_files.ts";
import { withDownloadLock } from "./hub_lock.ts";

/** A file to be downloaded, and what is told and asked on the way. */
export interface Download {
  readonly file: HubFile;
  /** Where the whole file comes to lie. What has arrived of it lies beside it until then, and is gone on with. */
  readonly path: string;
  /** The file's bytes from a position on. */
  readonly open: (position: number) => Promise<ReadableStream<Uint8Array>>;
  /** Hears how many bytes of the file have arrived. */
  readonly progress: (bytes: number) => void;
  /** Hears which process downloads the file already, where one does. */
  readonly waits: (holder: string) => void;
  /** Milliseconds before each further try after the connection broke; a try that brought bytes begins them anew. */
  readonly pauses: readonly number[];
}

/** Whether an error says that the connection broke, so that it may be tried again. */
export type IsTransient = (error: unknown) => boolean;

/**
 * Downloads a file, going on where an earlier try stopped, or waits until another process has done so. Throws the last error when every try
 * has failed.
 */
export async function downloadFile(download: Download, isTransient: IsTransient): Promise<void> {
  const { file, path, waits, progress } = download;
  await mkdir(dirname(path), { recursive: true });
  await withDownloadLock(path, waits, async () => {
    if (await exists(path)) progress(file.size);
    else await downloadAlone(download, isTransient);
  });
}

async function downloadAlone(download: Download, isTransient: IsTransient): Promise<void> {
  const { file, path } = download;
  const partial = `${path}.incomplete`;
  await fetchRest(download, partial, isTransient);
  // What lay there before may be of another file, and a server may have begun again: then the whole file is fetched once more.
  if (!(await isWhole(partial, file))) {
    await removeFile(partial);
    await fetchRest(download, partial, isTransient);
  }
  if (!(await isWhole(partial, file))) {
    await removeFile(partial);
    throw new UnavailableError(`${file.path} arrived from the hub with other bytes than the hub says it has; try again.`);
  }
  await move(partial, path);
}

async function fetchRest(download: Download, partial: string, isTransient: IsTransient): Promise<void> {
  const { file, pauses } = download;
  if ((await bytesOf(partial)) > file.size) await removeFile(partial);
  let tries = 0;
  for (;;) {
    const had = await bytesOf(partial);
    if (had === file.size && (had > 0 || (await exists(partial)))) return;
    try {
      await append(download, partial, had);
      if ((await bytesOf(partial)) >= file.size) return;
      throw new BrokenConnectionError();
    } catch (error) {
      if (!(error instanceof BrokenConnectionError) && !isTransient(error)) throw writeError(partial, error);
      tries = (await bytesOf(partial)) > had ? 0 : tries + 1;
      const pause = pauses[tries];
      if (pause === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** The server ended an answer before its last byte. */
export class BrokenConnectionError extends Error {
  override readonly name = "BrokenConnectionError";
  constructor() {
    super("the connection ended early");
  }
}

async function append({ open, progress, file }: Download, partial: string, had: number): Promise<void> {
  let bytes = had;
  progress(bytes);
  const body = file.size === 0 ? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() }) : await open(had);
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      progress(bytes);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), counted, createWriteStream(partial, { flags: "a" }));
}

async function isWhole(path: string, { size, hash, algorithm }: HubFile): Promise<boolean> {
  if ((await bytesOf(path)) !== size) return false;
  return hash === (algorithm === "sha256" ? (await digestFile(path)).sha256 : await gitHash(path, size));
}

/** The SHA-1 by which Git names a file's content. */
async function gitHash(path: string, size: number): Promise<string> {
  const hash = createHash("sha1").update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function bytesOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
