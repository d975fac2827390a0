import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { patiently } from "../io/patient.ts";
import { writeError } from "../io/write_whole.ts";

/** Makes a file with a text. False where it is there already: of several processes that try at once, one makes it. @throws FileError */
export async function createWith(path: string, text: string): Promise<boolean> {
  try {
    // Windows keeps the name of a file that was removed for as long as anybody has it open.
    const file = await patiently(() => open(path, "wx"));
    await file.writeFile(text).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeError(path, error);
  }
}

/** Whether a process of this machine runs. One that has ended and whose parent has not asked for its exit code does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return !["Z", "X"].includes(fieldsOf(pid)?.[0] ?? "");
}

/** The boot of the machine and the clock ticks from it to the start of a process, on Linux. */
export function startOf(pid: number): string | undefined {
  const ticks = fieldsOf(pid)?.[19];
  const boot = readSync("/proc/sys/kernel/random/boot_id");
  return ticks === undefined || boot === undefined ? undefined : `${boot.trim()} ${ticks}`;
}

/** The fields of /proc/PID/stat from the process's state on. The name before it, in brackets, may hold anything. */
function fieldsOf(pid: number): string[] | undefined {
  const text = readSync(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** The text of a file; undefined where it cannot be read. */
export function readSync(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
