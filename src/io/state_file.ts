import { join } from "node:path";
import { type Digests, digestOf, digestsSchema } from "./digest.ts";
import { FileError, isFile, readJsonObject } from "./files.ts";

/**
 * state.json of a checkpoint: the training state, and what every other file of the checkpoint and every log of the run held when it was
 * written. Its last key is the SHA-256 of its own content.
 */
export interface StateFile {
  /** Empty for a checkpoint that is a model alone. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly files: Digests;
  /** The logs of the run up to this checkpoint; absent where a program wrote the checkpoint without a run folder. */
  readonly logs?: Digests | undefined;
}

/** 3 holds digests; 2 held the controller's state by field name; 1 held it as a list of numbers, and stated no version. */
const STATE_VERSION = 3;
const NAME = "state.json";

export function serializeState({ state, files, logs }: StateFile): string {
  const content = { version: STATE_VERSION, ...state, ...(logs && { logs }), files };
  return `${JSON.stringify({ ...content, sha256: checksum(content) }, undefined, 2)}\n`;
}

/** Reads state.json of a checkpoint, undefined where there is none. Throws FileError when it is damaged or of another version. */
export async function readStateFile(dir: string): Promise<StateFile | undefined> {
  const path = join(dir, NAME);
  if (!(await isFile(path))) return undefined;
  const { sha256, ...content } = await readJsonObject(path);
  const { version = 1, files, logs, ...state } = content;
  const isNewer = typeof version === "number" && version > STATE_VERSION;
  if ((sha256 !== undefined || files !== undefined) && !isNewer && sha256 !== checksum(content)) {
    throw new FileError(
      `${path} is damaged: its content is not what was written; restore it from a copy, or delete it and use ${dir} as a model.`,
    );
  }
  if (version !== STATE_VERSION) throw wrongVersion(path, dir, version);
  const digests = digestsSchema.safeParse(files);
  const logDigests = digestsSchema.optional().safeParse(logs);
  if (!digests.success || !logDigests.success) {
    throw new FileError(
      `${path} lists no digests of the checkpoint's files; restore it from a copy, or delete it and use ${dir} as a model.`,
    );
  }
  return { state, files: digests.data, logs: logDigests.data };
}

/** Digests of a model folder's files, undefined where it has none: a checkpoint of an older release, or of another program. */
export async function modelDigests(dir: string): Promise<Digests | undefined> {
  const path = join(dir, NAME);
  if (!(await isFile(path))) return undefined;
  const { files, sha256 } = await readJsonObject(path);
  if (files === undefined && sha256 === undefined) return undefined;
  return (await readStateFile(dir))?.files;
}

function wrongVersion(path: string, dir: string, version: unknown): FileError {
  const shown = JSON.stringify(version).slice(0, 40);
  return new FileError(
    `${path}: version is ${shown}; it must be ${STATE_VERSION}. Start a new run from its weights (model: ${dir}), or resume with the release that wrote it.`,
  );
}

/** Indentation and line ends do not count. */
function checksum(content: object): string {
  return digestOf([JSON.stringify(content)]).sha256;
}
