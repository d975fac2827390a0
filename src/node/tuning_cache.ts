import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TuningStore } from "../gpu/tuning_record.ts";
import { cacheFolder } from "./software_gpu.ts";

/**
 * Stores what tuning found out in the user's cache folder, one file per adapter. A cache that cannot be read or written is no
 * error: the next process finds out again.
 */
export function tuningCache(folder: string = cacheFolder("tuning")): TuningStore {
  const fileOf = (adapter: string): string => join(folder, `${fileName(adapter)}.json`);
  return {
    read: (adapter) => readFile(fileOf(adapter), "utf8").catch(() => undefined),
    write: async (adapter, text) => {
      const file = fileOf(adapter);
      // The text is written to another file, which is then renamed, so that no process ever reads half of it.
      const temporary = `${file}.${randomUUID()}`;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(temporary, text);
        await rename(temporary, file);
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** A readable file name, different for different adapters. */
function fileName(adapter: string): string {
  let hash = 0;
  for (const letter of adapter) hash = (Math.imul(hash, 31) + letter.codePointAt(0)!) >>> 0;
  const words = adapter
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 80);
  return `${words}-${hash.toString(16)}`;
}
