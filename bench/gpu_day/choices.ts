import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolders } from "../../src/node/cache.ts";
import { tuningFolder } from "../../src/node/tuning_options.ts";

/** Copies of the choices that tuning made without toggles, among the results. */
type Kept = "choices" | "latest-choices";

/**
 * Keeps the choices as they are: "choices" are those of the stage toggles-none, which the other toggles are to be compared with, and
 * "latest-choices" those that the next call takes up, because it may be on another machine of the kind.
 */
export function keepChoices(out: string, as: Kept): void {
  const found = cacheFolders(tuningFolder([])).find(existsSync);
  if (found === undefined) return;
  try {
    cpSync(found, join(out, as), { recursive: true });
  } catch (error) {
    process.stderr.write(`warning: choices of tuning are not kept: ${(error as Error).message}\n`);
  }
}

/** Gives a machine that has no choices those of the call before: to time kernels takes minutes. */
export function restoreChoices(out: string): void {
  const folders = cacheFolders(tuningFolder([]));
  if (!folders.some(existsSync)) copyChoices(join(out, "latest-choices" satisfies Kept), folders);
}

/**
 * Gives toggles the choices that were kept. Toggles have choices of their own, and a ratio of times would mix what a toggle is worth with
 * what another kernel is.
 */
export function shareChoices(out: string, toggles: readonly string[]): void {
  copyChoices(join(out, "choices" satisfies Kept), cacheFolders(tuningFolder(toggles)));
}

function copyChoices(kept: string, folders: readonly string[]): void {
  if (!existsSync(kept)) return;
  for (const folder of folders) {
    try {
      rmSync(folder, { recursive: true, force: true });
      cpSync(kept, folder, { recursive: true });
    } catch {
      // A home that is read-only has no choices to replace, and the other folder takes them.
    }
  }
}
