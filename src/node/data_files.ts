import { readdir } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { FileError, isFile, isFolder } from "../io/files.ts";
import { ROW_FILES, type Row, readRows } from "../io/rows.ts";
import { brief, listed } from "../options/quote.ts";
import { resolveData } from "./hub.ts";
import { filesOfSplit, typedFirst } from "./hub_files.ts";

/** Reads the rows of a file, or of a split of a folder. @throws FileError where there is no such data */
export async function readData(name: string, split: string): Promise<{ readonly name: string; readonly rows: Row[] }> {
  const files = await dataFiles(name, split);
  const parts: Row[][] = [];
  for (const file of files) parts.push(await readRows(file));
  return { name: files.length === 1 ? files[0]! : `${name} (${split})`, rows: parts.flat() };
}

async function dataFiles(name: string, split: string): Promise<readonly string[]> {
  if (await isFolder(name)) return filesOfFolder(name, split);
  if (await isFile(name)) return [name];
  const files = await resolveData(name, split);
  if (files) return files;
  throw new FileError(`there is no data ${brief(name)}; give the path of a file or folder, or the name of a data set of the hub`);
}

/** The data files of a split of a folder, in the order of their names. A split is found as one of a data set on the hub is. */
async function filesOfFolder(folder: string, split: string): Promise<string[]> {
  const paths = (await readdir(folder, { recursive: true }))
    .filter((path) => ROW_FILES.some((ending) => path.toLowerCase().endsWith(ending)))
    .sort();
  const files = paths.map((path) => ({ path: path.split(sep).join("/") }));
  const own = typedFirst(files, (some) => filesOfSplit(some, brief(folder), split));
  if (own.length > 0) return own.map(({ path }) => join(folder, path));
  const found =
    paths.length === 0
      ? `it holds no files that end in ${ROW_FILES.join(", ")}`
      : `it holds ${listed(paths.map((path) => basename(path)))}`;
  throw new FileError(`${brief(folder)} has no split ${brief(split)}: ${found}; set task.split, or give one file`);
}
