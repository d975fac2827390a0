import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isHeld, patiently } from "../../src/io/patient.ts";

const failure = (code: string): Error => Object.assign(new Error(`${code}: a file is open elsewhere`), { code });

/** Work that fails so often before it is done. */
function failing(times: number, code: string) {
  let tries = 0;
  const work = async (): Promise<number> => {
    tries += 1;
    if (tries <= times) throw failure(code);
    return tries;
  };
  return { work, tries: () => tries };
}

const windows = { platform: "win32", pauses: [0, 0, 0] } as const;

test("on Windows what another program has open is tried again, and given up in the end", async () => {
  for (const code of ["EPERM", "EACCES", "EBUSY", "ENOTEMPTY"]) {
    assert.equal(await patiently(failing(3, code).work, windows), 4, code);
    const lost = failing(9, code);
    await assert.rejects(patiently(lost.work, windows), { code });
    assert.equal(lost.tries(), 4, code);
  }
});

test("other errors, and those of other systems, are thrown at once", async () => {
  const full = failing(1, "ENOSPC");
  await assert.rejects(patiently(full.work, windows), { code: "ENOSPC" });
  assert.equal(full.tries(), 1);
  const refused = failing(1, "EPERM");
  await assert.rejects(patiently(refused.work, { ...windows, platform: "linux" }), { code: "EPERM" });
  assert.equal(refused.tries(), 1);
  assert.ok(isHeld(failure("EBUSY"), "win32") && !isHeld(failure("EBUSY"), "darwin") && !isHeld(new TypeError("bug"), "win32"));
});

/** Files for Linux alone, and those that remove a file where nothing can wait. */
const IMPATIENT = ["node/software_gpu.ts", "node/quiet_dawn.ts", "node/run_lock.ts", "cli/completion_output.ts", "io/patient.ts"];

test("nothing is renamed or removed but patiently", () => {
  const folder = fileURLToPath(new URL("../../src", import.meta.url));
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => /\.[jt]s$/.test(file) && !file.endsWith(".d.ts"));
  const calls = /(?<![.\w])(?:rename|rm|unlink)(?:Sync)?\(/;
  const hasty = files.map((file) => file.replaceAll("\\", "/")).filter((file) => calls.test(readFileSync(join(folder, file), "utf8")));
  assert.deepEqual(
    hasty.map((file) => file.replace(/\.js$/, ".ts")).filter((file) => !IMPATIENT.includes(file)),
    [],
  );
});
