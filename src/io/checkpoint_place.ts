import { realpath } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { brief, listed } from "../options/quote.ts";
import { FileError, isFile } from "./files.ts";
import { checkpointFilesIn } from "./remove_run.ts";

/**
 * Refuses a place where a new checkpoint, which replaces its folder whole, would take what no checkpoint wrote, or move a folder away under
 * this process. A user's files of other names are kept, so they do not count.
 * @throws FileError
 */
export async function requireCheckpointPlace(dir: string): Promise<void> {
  if (dir === "") throw new FileError('the folder of a checkpoint is ""; give it a name');
  const target = await realpath(resolve(dir)).catch(() => resolve(dir));
  // On Windows the working folder has its name as somebody typed it, in other letters or by another drive.
  const working = await realpath(process.cwd());
  if (`${working}${sep}`.startsWith(target.endsWith(sep) ? target : `${target}${sep}`)) {
    throw new FileError(
      `${brief(dir)} is the working folder or holds it, and a checkpoint replaces its folder; choose a folder of its own`,
    );
  }
  if (await isFile(join(target, "state.json"))) return;
  const taken = await checkpointFilesIn(target);
  if (taken.length === 0) return;
  throw new FileError(`${brief(dir)} holds ${listed(taken)}, which no checkpoint wrote, for state.json is missing; choose another folder`);
}
