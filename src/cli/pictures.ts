import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { plotRuns } from "../report/plots.ts";

type Pictures = Awaited<ReturnType<typeof plotRuns>>;

/** Writes pictures as SVG into a folder and returns their paths. */
export async function writePictures(pictures: Pictures, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    pictures.map(async ({ name, svg }) => {
      const path = join(folder, `${name}.svg`);
      await writeFile(path, svg);
      return path;
    }),
  );
}
