import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeError, writeWhole } from "../io/write_whole.js";
/** Writes pictures as SVG into a folder and returns their paths. */
export async function writePictures(pictures, folder) {
    await mkdir(folder, { recursive: true }).catch((error) => {
        throw writeError(folder, error);
    });
    return Promise.all(pictures.map(async ({ name, svg }) => {
        const path = join(folder, `${name}.svg`);
        await writeWhole(path, svg);
        return path;
    }));
}
