import { extname } from "node:path";
import { brief } from "../options/quote.ts";
import { readCsv } from "./csv_rows.ts";
import { FileError } from "./file_error.ts";
import { readJsonLines, readJsonRows } from "./json_rows.ts";
import { readParquet } from "./parquet.ts";

/** One record of a data set: its columns by name. */
export type Row = Readonly<Record<string, unknown>>;

const readers: Readonly<Record<string, (path: string) => Promise<Row[]>>> = {
  ".jsonl": readJsonLines,
  ".ndjson": readJsonLines,
  ".json": readJsonRows,
  ".parquet": readParquet,
  ".csv": readCsv,
  ".tsv": (path) => readCsv(path, "\t"),
};

/** The endings of the files that rows can be read from. */
export const ROW_FILES: readonly string[] = Object.keys(readers);

/** Files whose values have no types. The same rows may lie beside them in a file of another kind. */
export function isUntyped(path: string): boolean {
  return /\.(csv|tsv)$/i.test(path);
}

/** All rows of a data file, in its order. @throws FileError in one line for a file that is missing, damaged or of another kind */
export async function readRows(path: string): Promise<Row[]> {
  const reader = readers[extname(path).toLowerCase()];
  if (reader === undefined) throw new FileError(`${brief(path)} is no data file; give one that ends in ${ROW_FILES.join(", ")}.`);
  return reader(path);
}
