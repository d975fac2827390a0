import { type SpawnSyncReturns, spawnSync } from "node:child_process";

/** A limit of 1 KiB on files stands for a full disk. The write that reaches it is cut short, as on a disk. */
const LIMITED = `trap "" XFSZ; ulimit -f 1 && exec "$0" --import tsx --input-type=module -e "$@"`;

/** Runs a module's text, whose arguments are `words`, in a process whose files end at 1 KiB. Its status is null where there is no bash. */
export function withFullDisk(script: string, ...words: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync("bash", ["-c", LIMITED, process.execPath, script, ...words], { encoding: "utf8" });
}
