import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A path in the folder of shared material beside the project, or undefined where it is absent. */
export function sharedPath(path: string): string | undefined {
  const full = fileURLToPath(new URL(`../../shared/${path}`, import.meta.url));
  return existsSync(full) ? full : undefined;
}

/** Options for a test that needs shared material: skipped, saying so, where it is absent. */
export function needsShared(path: string): { readonly skip: string | false } {
  return { skip: sharedPath(path) === undefined ? `../shared/${path} is absent` : false };
}
