import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TuningStore } from "../gpu/tuning_record.ts";
import { move, removeFile } from "../io/patient.ts";
import { cacheFolders } from "./cache.ts";

/**
 * Stores what tuning found out in the first cache folder that can be written, one file per adapter. A cache that cannot be read or written
 * is no error: the next process finds out again.
 */
export function tuningCache(folders: readonly string[] = cacheFolders("tuning")): TuningStore {
  const filesOf = (adapter: string): string[] => folders.map((folder) => join(folder, `${fileName(adapter)}.json`));
  return {
    read: async (adapter) => {
      for (const file of filesOf(adapter)) {
        const text = await readFile(file, "utf8").catch(() => undefined);
        if (text !== undefined) return text;
      }
      return undefined;
    },
    write: async (adapter, text) => {
      for (const file of filesOf(adapter)) if (await writes(file, text)) return;
    },
  };
}

/** Whether a text could be written. It goes to another file, which is then renamed, so that no process ever reads half of it. */
async function writes(file: string, text: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, text);
    await move(temporary, file);
    return true;
  } catch {
    await removeFile(temporary).catch(() => undefined);
    return false;
  }
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
