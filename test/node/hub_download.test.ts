import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { downloadFile } from "../../src/node/hub_download.ts";
import { isTransient } from "../../src/node/hub_errors.ts";

const folder = await mkdtemp(join(tmpdir(), "entropic-download-"));
after(() => rm(folder, { recursive: true }));

const contentOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => Math.floor(i / 7) % 251);

test("a download goes on where an earlier process stopped", async () => {
  const content = contentOf(8000);
  const path = join(folder, "half");
  const file = {
    path: "half",
    size: content.length,
    hash: createHash("sha256").update(content).digest("hex"),
    algorithm: "sha256",
  } as const;
  const begun: number[] = [];
  const open = async (position: number): Promise<ReadableStream<Uint8Array>> => {
    begun.push(position);
    return new Response(content.slice(position)).body!;
  };
  const download = { file, path, open, progress: () => {}, waits: () => {}, pauses: [0, 0] };
  await writeFile(`${path}.incomplete`, content.subarray(0, 1500));
  await downloadFile(download, isTransient);
  assert.deepEqual(new Uint8Array(await readFile(path)), content);
  assert.deepEqual(begun, [1500]);

  await rm(path);
  await writeFile(`${path}.incomplete`, new Uint8Array(1500));
  await downloadFile(download, isTransient);
  assert.deepEqual(new Uint8Array(await readFile(path)), content, "a beginning of other bytes is fetched anew");
  await downloadFile({ ...download, open: async () => assert.fail("a file that is there is not fetched") }, isTransient);
  await rm(path);
  const wrong = { ...download, open: async () => new Response(new Uint8Array(content.length)).body! };
  await assert.rejects(
    downloadFile(wrong, isTransient),
    /^FileError: half arrived from the hub with other bytes than the hub says it has; try again\.$/,
  );
  let tries = 0;
  const broken = async () => {
    tries += 1;
    throw new TypeError("terminated");
  };
  await assert.rejects(downloadFile({ ...download, open: broken }, isTransient), { message: "terminated" });
  assert.equal(tries, 2);
});

/** A file of the hub that comes a little at a time, and how often it was asked for. */
function slowDownload(name: string, content: Uint8Array) {
  const path = join(folder, name);
  const hash = createHash("sha256").update(content).digest("hex");
  const begun: number[] = [];
  const waits: string[] = [];
  const open = async (position: number): Promise<ReadableStream<Uint8Array>> => {
    begun.push(position);
    const pieces = Array.from({ length: Math.ceil((content.length - position) / 500) }, (_, i) => position + i * 500);
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        const from = pieces.shift();
        if (from === undefined) controller.close();
        else controller.enqueue(content.slice(from, from + 500));
      },
    });
  };
  const file = { path: name, size: content.length, hash, algorithm: "sha256" } as const;
  return { file, path, open, progress: () => {}, pauses: [0, 0], waits: (holder: string) => waits.push(holder), begun, heard: waits };
}

test("of two that download one file at once the second waits and takes what came", async () => {
  const content = contentOf(8000);
  const slow = slowDownload("shared", content);
  await Promise.all([downloadFile(slow, isTransient), downloadFile(slow, isTransient)]);
  assert.deepEqual(new Uint8Array(await readFile(slow.path)), content);
  assert.deepEqual(slow.begun, [0]);
  assert.deepEqual(slow.heard, [`process ${process.pid}`]);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith("shared")),
    ["shared"],
  );
});

test("what a process that died began to download is gone on with", async () => {
  const content = contentOf(4000);
  const slow = slowDownload("left", content);
  const left = async (holder: string, minutes: number): Promise<void> => {
    await rm(slow.path, { force: true });
    await writeFile(`${slow.path}.incomplete`, content.subarray(0, 1500));
    await writeFile(`${slow.path}.lock`, holder);
    const then = new Date(Date.now() - minutes * 60_000);
    await utimes(`${slow.path}.lock`, then, then);
    await downloadFile(slow, isTransient);
    assert.deepEqual(new Uint8Array(await readFile(slow.path)), content);
  };
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  await left(JSON.stringify({ pid: dead, host: hostname() }), 0);
  await left(JSON.stringify({ pid: process.pid, host: "another" }), 2);
  await left("", 2);
  assert.deepEqual(slow.begun, [1500, 1500, 1500]);
  assert.deepEqual(slow.heard, []);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith("left")),
    ["left"],
  );
});
