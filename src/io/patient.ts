import { rename, rm } from "node:fs/promises";

/** What Windows answers where another program has a file open, as virus scanners and indexers do for a moment. */
const HELD: readonly unknown[] = ["EACCES", "EBUSY", "ENOTEMPTY", "EPERM"];

/** Milliseconds before each further try: two seconds and a half in all. */
const PAUSES = [10, 20, 40, 80, 160, 320, 640, 1280];

interface Patience {
  readonly platform?: NodeJS.Platform;
  readonly pauses?: readonly number[];
}

/** Whether an error may mean that another program has a file open. On other systems than Windows that is in nobody's way. */
export function isHeld(error: unknown, platform: NodeJS.Platform = process.platform): boolean {
  return platform === "win32" && HELD.includes((error as NodeJS.ErrnoException).code);
}

/** Does work on files, and tries again while another program may have them open. */
export async function patiently<Result>(work: () => Promise<Result>, { platform, pauses = PAUSES }: Patience = {}): Promise<Result> {
  for (const pause of pauses) {
    try {
      return await work();
    } catch (error) {
      if (!isHeld(error, platform)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return work();
}

/** Renames a file or a folder. */
export function move(from: string, to: string): Promise<void> {
  return patiently(() => rename(from, to));
}

/** Removes a file where there is one. */
export function removeFile(path: string): Promise<void> {
  return patiently(() => rm(path, { force: true }));
}

/** Removes a folder with all that it holds, or a file, where there is one. */
export function removeTree(path: string): Promise<void> {
  return patiently(() => rm(path, { recursive: true, force: true }));
}
