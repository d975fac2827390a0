import { existsSync } from "node:fs";
import { basename, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { buildModel } from "../../models/index.js";
import { loadTokenizer, tokenizerFromFiles } from "../data/tokenizer.js";
import { EngineError } from "../gpu/errors.js";
import { explained } from "../gpu/explain.js";
import { createMeasuringDevice } from "../gpu/measuring.js";
import { makeWith } from "../gpu/parts.js";
import { readModelConfig, readModelFolder, writeCheckpoint } from "../io/checkpoint.js";
import { FileError } from "../io/files.js";
import { GENERATION_CONFIG, readGenerationConfig } from "../io/generation_config.js";
import { listCheckpoints } from "../io/run_folder.js";
import { requireFinite } from "../nn/finite.js";
import { initializeParameters, loadParameters, placeModule, readParameters } from "../nn/place.js";
import { brief } from "../options/quote.js";
/** The folder of a checkpoint that comes with the package, by its name ("countdown-base") or by its path in the package. */
function shippedModel(given) {
    const path = normalize(given).replaceAll("\\", "/").replace(/\/$/, "");
    const name = basename(path);
    if (path !== name && path !== `models/checkpoints/${name}`)
        return undefined;
    const folder = fileURLToPath(new URL(`../../models/checkpoints/${name}`, import.meta.url));
    return existsSync(join(folder, "config.json")) ? folder : undefined;
}
/**
 * Loads a Hugging Face folder (config.json, safetensors, tokenizer.json) onto a device, or a checkpoint of this package by its name.
 * @throws FileError, EngineError: a file or tensor that is missing, truncated or misshapen, by name
 */
export async function loadModel(device, name, build = buildModel) {
    const dir = await folderOf(name);
    const folder = await readModelFolder(dir);
    const tokenizer = await loadTokenizer(dir);
    const module = build(folder.config);
    const generation = await readGenerationConfig(dir, module.vocabSize);
    return modelFrom({ device, config: folder.config, tokenizer, generation, build }, module, folder.tensors, dir);
}
/** Names the checkpoint that is meant where the folder of a run is given. */
async function refuseRunFolder(dir) {
    const newest = existsSync(`${dir}/config.json`) ? undefined : (await listCheckpoints(dir))[0];
    if (newest)
        throw new FileError(`${brief(dir)} is the folder of a run; give a checkpoint of it, such as the newest: ${newest.path}`);
}
async function folderOf(name) {
    const dir = existsSync(name) ? name : (shippedModel(name) ?? name);
    await refuseRunFolder(dir);
    return dir;
}
/** What `loadModel` would load, without its weights and without memory on the device: to count the bytes first. */
export async function outlineModel(device, name, build = buildModel) {
    const dir = await folderOf(name);
    const config = await readModelConfig(dir);
    return outlineOf({ device: createMeasuringDevice(device), config, tokenizer: await loadTokenizer(dir), generation: {}, build });
}
/** What `createModel` would make, without memory on the device. */
export function outlineNew(device, { config, tokenizer, build = buildModel }) {
    return outlineOf({ device: createMeasuringDevice(device), config, tokenizer, generation: {}, build });
}
/** A model with random parameters, drawn from a seed. */
export async function createModel(device, options) {
    const { config, tokenizer, seed, build = buildModel, generation = {} } = options;
    const module = build(config);
    const placed = placeModule(device, module);
    initializeParameters(placed, seed);
    return finish({ device, config, tokenizer, generation, build }, module, placed);
}
function modelFrom(origin, module, tensors, source) {
    const { device, tokenizer } = origin;
    if (tokenizer.vocabSize > module.vocabSize) {
        throw new EngineError(`${brief(source)}: its tokenizer has ids up to ${tokenizer.vocabSize - 1}; its model has a vocabulary of ${module.vocabSize}`);
    }
    const placed = placeModule(device, module);
    makeWith(placed, () => loadParameters(placed, withModelPrefix(tensors, module), source));
    return finish(origin, module, placed);
}
/** Adds the leading "transformer.", which checkpoints of GPT-2 on the Hugging Face hub leave out. Other models keep their own names. */
function withModelPrefix(tensors, module) {
    const names = new Set([...module.namedParameters()].map(([name]) => name));
    const leftOut = tensors.has("wte.weight") && !names.has("wte.weight") && names.has("transformer.wte.weight");
    return leftOut ? new Map([...tensors].map(([name, tensor]) => [`transformer.${name}`, tensor])) : tensors;
}
/** A model of which only the sizes count, on a device that measures. */
function outlineOf(origin) {
    const module = origin.build(origin.config);
    return { ...finish(origin, module, placeModule(origin.device, module)), clone: async () => outlineOf(origin) };
}
function finish(origin, module, placed) {
    const { config, tokenizer, generation, build } = origin;
    const copyOfTokenizer = () => tokenizerFromFiles(tokenizer.files);
    return {
        module,
        placed,
        tokenizer,
        config,
        outline: (device) => outlineOf({ ...origin, device }),
        generation,
        clone: async () => {
            const tensors = await explained(placed.device, "clone()", () => readParameters(placed));
            return modelFrom({ ...origin, tokenizer: copyOfTokenizer() }, build(config), tensors, "the copied model");
        },
        destroy: () => placed.destroy(),
    };
}
/**
 * Writes a checkpoint: a Hugging Face folder, with the optimiser's tensors and the trainer's state where given.
 * @throws NotFiniteError before anything is written where a parameter is not finite
 */
export async function saveModel(dir, model, extra = {}) {
    const parameters = await explained(model.placed.device, "reading the parameters", () => readParameters(model.placed));
    requireFinite(parameters, "the model", `${dir} is not written; go on from the last checkpoint`);
    await writeCheckpoint(dir, {
        config: model.config,
        tensors: toHostTensors(parameters),
        tokenizerFiles: model.tokenizer.files,
        ...(extra.moments ? { optimizer: toHostTensors(extra.moments) } : {}),
        state: extra.state,
        logs: extra.logs,
        extraFiles: { ...generationFile(model.generation), ...extra.files },
    });
}
function generationFile(generation) {
    return Object.keys(generation).length > 0 ? { [GENERATION_CONFIG]: `${JSON.stringify(generation, undefined, 2)}\n` } : {};
}
function toHostTensors(arrays) {
    return new Map([...arrays].map(([name, { shape, data }]) => [name, { dtype: "F32", shape: [...shape], data }]));
}
