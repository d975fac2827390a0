import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isFolder } from "./files.ts";
import { move, removeFile, removeTree } from "./patient.ts";
import { keepForeignFiles } from "./remove_run.ts";
import { CHECKPOINTS } from "./run_folder.ts";

/** Where a checkpoint is written until it is whole, and where the one that it replaces steps aside. */
export function partialPaths(target: string): { readonly partial: string; readonly aside: string } {
  const prefix = join(dirname(target), `.${basename(target)}.partial-`);
  return { partial: `${prefix}${process.pid}`, aside: `${prefix}old-${process.pid}` };
}

const PARTIAL = /^\.(.+)\.partial-(old-)?\d+$/;
/** What write-file-atomic calls a file of a run until it is whole. */
const TEMPORARY = /^(config\.yaml|[a-z]+\.jsonl?)\.\d+$/;

/**
 * Removes what writers of checkpoints that died left in a folder. A whole checkpoint that stepped aside for one that never came returns to
 * its place; where the other one came, a user's files move there.
 */
export async function sweepPartial(parent: string, isChecked: (checkpoint: string) => boolean = () => true): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, checkpoint, aside] = PARTIAL.exec(name) ?? [];
    if (checkpoint === undefined || !isChecked(checkpoint)) continue;
    const [left, target] = [join(parent, name), join(parent, checkpoint)];
    if (aside && !(await isFolder(target))) {
      await move(left, target);
      continue;
    }
    if (aside) await keepForeignFiles(left, target);
    await removeTree(left);
  }
}

/** Removes what writers that died left half written in a run folder. Call it only while no other process writes there. */
export async function sweepRunFolder(dir: string): Promise<void> {
  const checkpoints = join(dir, CHECKPOINTS);
  if (await isFolder(checkpoints)) await sweepPartial(checkpoints);
  for (const name of await readdir(dir)) {
    if (TEMPORARY.test(name)) await removeFile(join(dir, name));
  }
}
