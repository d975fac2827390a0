import { readdir } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { FileError, isFile, isFolder } from "../io/files.ts";
import { ROW_FILES, type Row, readRows } from "../io/rows.ts";
import { brief, listed } from "../options/quote.ts";

/** Reads the rows of a file, or of a split of a folder. @throws FileError where there is no such data */
export async function readData(name: string, split: string): Promise<{ readonly name: string; readonly rows: Row[] }> {
  const files = await dataFiles(name, split);
  const parts: Row[][] = [];
  for (const file of files) parts.push(await readRows(file));
  return { name: files.length === 1 ? files[0]! : `${name} (${split})`, rows: parts.flat() };
}

async function dataFiles(name: string, split: string): Promise<string[]> {
  if (await isFolder(name)) return filesOfSplit(name, split);
  if (await isFile(name)) return [name];
  throw new FileError(`there is no data ${brief(name)}; give the path of a file or folder that exists`);
}

/** The data files of a folder, in the order of their names, that begin with the name of a split or lie in a folder that does. */
async function filesOfSplit(folder: string, split: string): Promise<string[]> {
  const paths = (await readdir(folder, { recursive: true }))
    .filter((path) => ROW_FILES.some((ending) => path.toLowerCase().endsWith(ending)))
    .sort();
  const own = paths.filter((path) => path.split(sep).some((part) => isOfSplit(part, split)));
  if (own.length > 0) return own.map((path) => join(folder, path));
  const found =
    paths.length === 0
      ? `it holds no files that end in ${ROW_FILES.join(", ")}`
      : `it holds ${listed(paths.map((path) => basename(path)))}`;
  throw new FileError(`${brief(folder)} has no split ${brief(split)}: ${found}; set task.split, or give one file`);
}

function isOfSplit(part: string, split: string): boolean {
  return part.startsWith(split) && !/^[\p{L}\p{N}]/u.test(part.slice(split.length));
}
