import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import type { CellResults } from "../experiments/framework/cell.ts";
import { addRecords, type CellRecord, readRecords, recordsOf } from "../experiments/framework/records.ts";
import type { PreparedStudy, Study } from "../experiments/framework/study.ts";
import { isFile, isFolder } from "../io/files.ts";
import { brief } from "../options/quote.ts";
import { UsageError } from "./errors.ts";

/** The records of a study that a command goes by. */
export interface OpenRecords {
  readonly known: readonly CellRecord[];
  /** Adds the cells that have no record yet. */
  readonly add: (results: CellResults, adapter: string) => Promise<void>;
}

/** Reads the file that --records names, if it does, and says how many records it holds. What is missing shows before anything runs. */
export async function openRecords({ name }: Study, { cells, reduced }: PreparedStudy, path: string | undefined): Promise<OpenRecords> {
  if (path === undefined) return { known: [], add: async () => undefined };
  if (!reduced) throw new UsageError(`the study ${name} reads whole trainings and has no records of them; leave out --records`);
  await requirePlace(path);
  const known = await readRecords(path);
  process.stdout.write(`${(await isFile(path)) ? inFile(known.length, path) : `${brief(path)} does not exist yet; it will be made`}\n`);
  // Two cells may complete at once, and adding reads the file before it writes it.
  let last: Promise<void> = Promise.resolve();
  const add: OpenRecords["add"] = (results, adapter) => {
    const records = recordsOf(cells, results, { adapter, reduced });
    last = last.catch(() => undefined).then(() => addRecords(path, records));
    return last;
  };
  return { known, add };
}

async function requirePlace(path: string): Promise<void> {
  if (await isFolder(path)) throw new UsageError(`--records ${brief(path)} is a folder; give a file in it`);
  const folder = dirname(path);
  if (!(await isFolder(folder)))
    throw new UsageError(`the folder ${brief(folder)} of --records does not exist; make it, or give another file`);
  await access(folder, constants.W_OK).catch(() => {
    throw new UsageError(`the folder ${brief(folder)} of --records may not be written; change its permissions, or give another file`);
  });
}

function inFile(count: number, path: string): string {
  return `${count} ${count === 1 ? "record" : "records"} in ${brief(path)}`;
}
