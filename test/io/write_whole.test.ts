import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { FileError } from "../../src/io/files.ts";
import { appendWhole, writeError, writeWhole } from "../../src/io/write_whole.ts";
import { withFullDisk } from "../file_limit.ts";

const folder = await mkdtemp(join(tmpdir(), "write_whole-"));
after(() => rm(folder, { recursive: true }));

test("text is added to the end, and a file is replaced as a whole", async () => {
  const path = join(folder, "log");
  await appendWhole(path, "one\n");
  await appendWhole(path, "two\n");
  assert.equal(await readFile(path, "utf8"), "one\ntwo\n");
  await writeWhole(path, "three");
  assert.equal(await readFile(path, "utf8"), "three");
  await writeWhole(path, Uint8Array.of(52));
  assert.equal(await readFile(path, "utf8"), "4");
  assert.deepEqual(await readdir(folder), ["log"]);
});

test("a full disk, a folder that is gone and a folder that is none are each named in one line", async (context) => {
  await assert.rejects(
    appendWhole(join(folder, "gone", "log"), "x"),
    /gone[\\/]log could not be written: there is no folder .*gone; was it removed\?$/,
  );
  await assert.rejects(writeWhole(join(folder, "gone", "log"), "x"), /there is no folder .*gone/);
  await writeFile(join(folder, "plain"), "");
  await assert.rejects(appendWhole(join(folder, "plain", "log"), "x"), FileError);
  if (!existsSync("/dev/full")) return context.skip("no /dev/full here");
  await symlink("/dev/full", join(folder, "full"));
  await assert.rejects(appendWhole(join(folder, "full"), "x"), /full could not be written: the disk is full; free some space\.$/);
});

test("what a full disk took of a text is taken back", async (context) => {
  const path = join(folder, "limited");
  const script = `
    import { appendWhole } from "./src/io/write_whole.ts";
    const [line, path] = ["x".repeat(699) + "\\n", process.argv.at(-1)];
    await appendWhole(path, line);
    await appendWhole(path, line).catch((error) => console.log(error.message));`;
  const { status, stdout, stderr } = withFullDisk(script, path);
  if (status === null) return context.skip("there is no bash");
  assert.match(stdout, /limited could not be written: the disk is full/, stderr);
  assert.equal((await readFile(path)).length, 700, "half a line stayed");
});

test("every code has a remedy, and other errors stay what they are", () => {
  const said = (code: string): string => (writeError("x", Object.assign(new Error("raw"), { code }), "linux") as Error).message;
  for (const code of ["ENOSPC", "EDQUOT", "EFBIG"]) assert.match(said(code), /disk is full; free some space/, code);
  for (const code of ["EROFS", "EACCES", "EPERM"])
    assert.match(said(code), /may not write there, or the disk is read-only; change that/, code);
  assert.match(said("EMFILE"), /x could not be written \(EMFILE\); check the disk/);
  const held = writeError("x", Object.assign(new Error("raw"), { code: "EBUSY" }), "win32") as Error;
  assert.match(held.message, /x could not be written \(EBUSY\): another program has it open, .*close that program/);
  const bug = new TypeError("bug");
  assert.equal(writeError("x", bug), bug);
  const known = new FileError("known");
  assert.equal(writeError("x", known), known);
});
