import { brief, reasonOf } from "../options/quote.ts";
import { FileError } from "./file_error.ts";
import { isFile, readError } from "./files.ts";
import { isLfsPointer, LFS_REMEDY } from "./json.ts";

/** The rows of a Parquet file. Whole numbers of 64 bits become numbers where these hold them exactly. @throws FileError */
export async function readParquet(path: string): Promise<Readonly<Record<string, unknown>>[]> {
  if (!(await isFile(path))) throw readError(path, Object.assign(new Error("no file"), { code: "ENOENT" }));
  // Some forty modules, which few commands need.
  const [{ asyncBufferFromFile, parquetReadObjects }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  const file = await asyncBufferFromFile(path);
  try {
    const rows = await parquetReadObjects({ file, compressors });
    return rows.map((row) => plain(row) as Record<string, unknown>);
  } catch (error) {
    const start = new TextDecoder().decode(await file.slice(0, Math.min(64, file.byteLength)));
    const remedy = isLfsPointer(start) ? LFS_REMEDY : "download it again";
    throw new FileError(`${brief(path)} is no whole Parquet file (${reasonOf(error)}); ${remedy}.`);
  }
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
