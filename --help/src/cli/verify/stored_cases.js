import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildModel } from "../../../models/index.js";
import { readSafetensors, writeSafetensors } from "../../io/safetensors.js";
import { UsageError } from "../errors.js";
const BUILT_IN = fileURLToPath(new URL("../../testing/cases", import.meta.url));
/** The stored cases in or below some folders, or those of the package where none is given. */
export function readStoredCases(folders = []) {
    return Promise.all((folders.length > 0 ? folders : [BUILT_IN]).flatMap(casesBelow).map(readStoredCase));
}
/** A case folder itself, or the cases directly below a folder. */
function casesBelow(folder) {
    if (!existsSync(folder))
        throw new UsageError(`there is no folder ${folder}; give the folder of a stored case`);
    if (existsSync(join(folder, "case.json")))
        return [folder];
    const below = readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
        .filter((path) => existsSync(join(path, "case.json")));
    if (below.length === 0)
        throw new UsageError(`${folder} holds no case: a case has config.json, case.json and three .safetensors files`);
    return below;
}
async function readStoredCase(folder) {
    const json = async (name) => JSON.parse(await readFile(join(folder, name), "utf8"));
    const read = (name) => readSafetensors(join(folder, `${name}.safetensors`));
    const [config, settings, model, inputs] = await Promise.all([json("config.json"), json("case.json"), read("model"), read("inputs")]);
    return {
        name: basename(folder),
        model,
        inputs,
        options: settings.options,
        adamw: settings.adamw,
        build: () => buildModel(config),
        expected: existsSync(join(folder, "expected.safetensors")) ? await read("expected") : undefined,
    };
}
/** Writes what a device computed to FOLDER/actual.safetensors. */
export async function writeActual(folder, actual) {
    await mkdir(folder, { recursive: true });
    await writeSafetensors(join(folder, "actual.safetensors"), new Map([...actual].map(([name, array]) => [name, { dtype: "F32", ...array }])));
}
