import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FileError } from "../../src/io/files.ts";
import { LOCK_FILE, lockRunFolder, withRunLock } from "../../src/node/run_lock.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const folder = temporaryFolder("run_lock");
const LOCK = new URL("../../src/node/run_lock.ts", import.meta.url).href;

/** Leaves a lock as another process would have. */
async function leave(dir: string, holder: object): Promise<string> {
  await (await lockRunFolder(dir)).release();
  const path = join(dir, LOCK_FILE);
  await writeFile(path, JSON.stringify({ host: hostname(), command: "train x.yaml", since: "2026-01-01T00:00:00.000Z", ...holder }));
  return path;
}

test("a folder has one writer at a time, and the second is told who the first is", async () => {
  const dir = join(folder, "new", "run");
  await withRunLock(dir, async (lock) => {
    await lock.assertHeld();
    await assert.rejects(lockRunFolder(dir), (error: Error) => {
      assert.ok(error instanceof FileError, error.name);
      assert.match(error.message, new RegExp(`run is being written by process ${process.pid} on .* since .*; wait for it or stop it`));
      return true;
    });
  });
  assert.deepEqual(await readdir(dir), []);
  await assert.rejects(
    withRunLock(dir, () => Promise.reject(new Error("work failed"))),
    /work failed/,
  );
  assert.deepEqual(await readdir(dir), [], "a failure releases the lock");
});

test("the lock of a process that has ended is taken over, also where its pid is in use again", async () => {
  const ended = spawn(process.execPath, ["--version"]);
  await once(ended, "exit");
  const dead = await leave(join(folder, "dead"), { pid: ended.pid });
  await (await lockRunFolder(join(folder, "dead"))).assertHeld();
  assert.equal(JSON.parse(await readFile(dead, "utf8")).pid, process.pid);
  if (process.platform !== "linux") return;
  await leave(join(folder, "reused"), { pid: process.pid, started: "another boot 12" });
  await (await lockRunFolder(join(folder, "reused"))).release();
});

test("where the system does not tell when a process started, a lock from before the machine did is stale", async () => {
  const dir = join(folder, "old");
  const path = await leave(dir, { pid: process.pid });
  await assert.rejects(lockRunFolder(dir), /is being written by process .*; if another program has that pid by now, remove .*run\.lock\.$/);
  await utimes(path, 0, 0);
  await (await lockRunFolder(dir)).release();
});

test("a lock of another host is left alone, and the remedy is named", async () => {
  const dir = join(folder, "elsewhere");
  const path = await leave(dir, { pid: 1, host: "elsewhere" });
  await assert.rejects(lockRunFolder(dir), ({ message }: Error) => {
    assert.match(message, /process 1 on elsewhere .*; if it no longer runs, remove /);
    assert.ok(message.endsWith(` remove ${path}.`), message);
    return true;
  });
});

test("a lock that was cut short counts for some seconds", async () => {
  const dir = join(folder, "torn");
  const path = await leave(dir, {});
  await writeFile(path, '{"pid":');
  await assert.rejects(lockRunFolder(dir), /Another process is just taking .*torn; try again in some seconds/);
  await utimes(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
  await (await lockRunFolder(dir)).release();
});

test("a writer notices that its folder vanished, or that another process has it", async () => {
  const dir = join(folder, "lost");
  const lock = await lockRunFolder(dir);
  await writeFile(join(dir, LOCK_FILE), await readFile(await leave(join(folder, "other"), { pid: 1, host: "elsewhere" })));
  await assert.rejects(lock.assertHeld(), /locked by process 1 on elsewhere/);
  await lock.release();
  assert.ok((await readdir(dir)).includes(LOCK_FILE), "it removed the lock of another");
  await rm(dir, { recursive: true });
  await assert.rejects(lock.assertHeld(), /The run folder .*lost was removed while the run wrote there; nothing more is written/);
  await lock.release();
});

test("of processes that find a stale lock at once, exactly one gets it", async (context) => {
  const dir = join(folder, "race");
  await leave(dir, { pid: 2 ** 22 + 1 });
  // Each says that it is ready, tries when all are, says what came of it, and keeps the lock until all have tried.
  const script = `
    const { lockRunFolder } = await import(${JSON.stringify(LOCK)});
    const told = () => new Promise((resolve) => process.stdin.once("data", resolve));
    console.log("ready");
    await told();
    const outcome = await lockRunFolder(${JSON.stringify(dir)}).then(() => "got it", (error) => error.name);
    console.log(outcome);
    await told();
    process.exit();`;
  const children = Array.from({ length: 6 }, () => spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]));
  context.after(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  const said = (): Promise<string[]> => Promise.all(children.map(async ({ stdout }) => String((await once(stdout, "data"))[0]).trim()));
  const tellAll = (): void => {
    for (const { stdin } of children) stdin.write("go\n");
  };
  assert.deepEqual(new Set(await said()), new Set(["ready"]));
  const outcomes = said();
  tellAll();
  assert.deepEqual((await outcomes).sort(), [...Array.from({ length: 5 }, () => "FileError"), "got it"]);
  const ended = Promise.all(children.map((child) => once(child, "close")));
  tellAll();
  await ended;
  assert.deepEqual(await readdir(dir), []);
});
