import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolders } from "../../src/node/cache.ts";
import { tuningFolder } from "../../src/node/tuning_options.ts";

/** What Dawn can leave out, one by one and together; see docs/tuning.md. */
export const TOGGLES: Readonly<Record<string, readonly string[]>> = {
  robustness: ["disable_robustness"],
  validation: ["skip_validation"],
  zeroing: ["disable_workgroup_init"],
  reconvergence: ["-use_spirv_reconvergence_mode"],
  all: ["disable_robustness", "skip_validation", "disable_workgroup_init"],
};

/** Keeps the choices that tuning made without toggles among the results, because the next call may be on another machine of the kind. */
export function keepChoices(out: string): void {
  const found = cacheFolders(tuningFolder([])).find(existsSync);
  if (found === undefined) return;
  try {
    cpSync(found, keptIn(out), { recursive: true });
  } catch (error) {
    process.stderr.write(`warning: choices of tuning are not kept: ${(error as Error).message}\n`);
  }
}

/**
 * Gives toggles the choices that were kept. Toggles have choices of their own, and a ratio of times would mix what a toggle is worth with
 * what another kernel is.
 */
export function shareChoices(out: string, toggles: readonly string[]): void {
  if (!existsSync(keptIn(out))) return;
  for (const folder of cacheFolders(tuningFolder(toggles))) {
    try {
      rmSync(folder, { recursive: true, force: true });
      cpSync(keptIn(out), folder, { recursive: true });
    } catch {
      // A home that is read-only has no choices to replace, and the other folder takes them.
    }
  }
}

function keptIn(out: string): string {
  return join(out, "choices");
}
