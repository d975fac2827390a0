import { join } from "node:path";
import { digestOf, digestsSchema } from "./digest.js";
import { FileError, isFile, readJsonObject } from "./files.js";
/** 3 holds digests; 2 held the controller's state by field name; 1 held it as a list of numbers, and stated no version. */
const STATE_VERSION = 3;
const NAME = "state.json";
export function serializeState({ state, files, logs }) {
    const content = { version: STATE_VERSION, ...state, ...(logs && { logs }), files };
    return `${JSON.stringify({ ...content, sha256: checksum(content) }, undefined, 2)}\n`;
}
/** Reads state.json of a checkpoint, undefined where there is none. Throws FileError when it is damaged or of another version. */
export async function readStateFile(dir) {
    const path = join(dir, NAME);
    if (!(await isFile(path)))
        return undefined;
    const { sha256, ...content } = await readJsonObject(path);
    const { version = 1, files, logs, ...state } = content;
    const isNewer = typeof version === "number" && version > STATE_VERSION;
    if ((sha256 !== undefined || files !== undefined) && !isNewer && sha256 !== checksum(content)) {
        throw new FileError(`${path} is damaged: its content is not what was written; restore it from a copy, or delete it and use ${dir} as a model.`);
    }
    if (version !== STATE_VERSION)
        throw wrongVersion(path, dir, version);
    const digests = digestsSchema.safeParse(files);
    const logDigests = digestsSchema.optional().safeParse(logs);
    if (!digests.success || !logDigests.success) {
        throw new FileError(`${path} lists no digests of the checkpoint's files; restore it from a copy, or delete it and use ${dir} as a model.`);
    }
    return { state, files: digests.data, logs: logDigests.data };
}
/** Digests of a model folder's files, undefined where it has none: a checkpoint of an older release, or of another program. */
export async function modelDigests(dir) {
    const path = join(dir, NAME);
    if (!(await isFile(path)))
        return undefined;
    const { files, sha256 } = await readJsonObject(path);
    if (files === undefined && sha256 === undefined)
        return undefined;
    return (await readStateFile(dir))?.files;
}
function wrongVersion(path, dir, version) {
    const shown = JSON.stringify(version).slice(0, 40);
    return new FileError(`${path}: version is ${shown}; it must be ${STATE_VERSION}. Start a new run from its weights (model: ${dir}), or resume with the release that wrote it.`);
}
/** Indentation and line ends do not count. */
function checksum(content) {
    return digestOf([JSON.stringify(content)]).sha256;
}
