import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, test } from "node:test";
import { hasSystemLoader, loadLibrary, tarEntry, unpackSoftwareGpu } from "../../src/node/software_gpu.ts";

/** A tar entry as `tar` writes it: a 512-byte header, then the bytes, padded to 512. */
function entry(name: string, text: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, "latin1");
  header.write(`${text.length.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  header.write("0", 156, "latin1");
  return Buffer.concat([header, Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)]);
}

test("a tar's files are found behind others of any size", () => {
  const tar = Buffer.concat([entry("empty", ""), entry("./full", "x".repeat(512)), entry("odd", "abc"), Buffer.alloc(1024)]);
  assert.equal(Buffer.from(tarEntry(tar, "odd")).toString(), "abc");
  assert.equal(tarEntry(tar, "full").length, 512);
  assert.equal(tarEntry(tar, "empty").length, 0);
  assert.throws(() => tarEntry(tar, "other"), /the archive has no file other/);
  assert.throws(() => tarEntry(tar.subarray(0, 1100), "odd"), /truncated or damaged at byte 512/);
});

test("a library that does not exist cannot be loaded", () => {
  assert.equal(loadLibrary("/nonexistent/libvulkan.so.1"), false);
  assert.equal(typeof hasSystemLoader(), "boolean");
});

/** Runs `work` with other places for caches and temporary files. */
async function withFolders<Result>(
  places: { readonly cache: string; readonly temporary: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const names = ["XDG_CACHE_HOME", "TMPDIR"] as const;
  const before = names.map((name) => process.env[name]);
  [process.env.XDG_CACHE_HOME, process.env.TMPDIR] = [places.cache, places.temporary];
  try {
    return await work();
  } finally {
    names.forEach((name, i) => {
      if (before[i] === undefined) delete process.env[name];
      else process.env[name] = before[i];
    });
  }
}

const folder = await mkdtemp(join(tmpdir(), "entropic-cache-"));
after(() => rm(folder, { recursive: true }));
const FILES = ["libvk_swiftshader.so", "libvulkan.so.1", "sha256.json", "vk_swiftshader_icd.json"];

test("unpacking twice at once gives one whole folder and no leftovers", async (context) => {
  const cache = join(folder, "twice");
  const [first, second] = await withFolders({ cache, temporary: folder }, () => Promise.all([unpackSoftwareGpu(), unpackSoftwareGpu()]));
  if ("missing" in first) return context.skip(first.missing);
  assert.deepEqual(second, first);
  assert.match(await readFile(first.driver, "utf8"), /libvk_swiftshader\.so/);
  assert.deepEqual((await readdir(dirname(first.driver))).sort(), FILES);
  assert.equal((await readdir(join(cache, "entropic-webgpu"))).length, 1);
});

test("damaged, shortened and missing files are unpacked again, and so is a folder from before files had hashes", async (context) => {
  const cache = join(folder, "damaged");
  const unpacked = () => withFolders({ cache, temporary: folder }, unpackSoftwareGpu);
  const first = await unpacked();
  if ("missing" in first) return context.skip(first.missing);
  const place = dirname(first.driver);
  const whole = await readFile(first.loader);
  const damages: Readonly<Record<string, () => Promise<void>>> = {
    "a flipped bit": () =>
      writeFile(
        first.loader,
        whole.map((byte, i) => (i === 1000 ? byte ^ 1 : byte)),
      ),
    "a shorter file": () => truncate(join(place, "libvk_swiftshader.so"), 1000),
    "no file": () => rm(first.driver),
    "no hashes": () => rm(join(place, "sha256.json")),
    "hashes that are no JSON": () => writeFile(join(place, "sha256.json"), "{"),
  };
  for (const [name, damage] of Object.entries(damages)) {
    await damage();
    assert.deepEqual(await unpacked(), first, name);
    assert.deepEqual((await readdir(place)).sort(), FILES, name);
    assert.ok(whole.equals(await readFile(first.loader)), name);
    assert.deepEqual(await readdir(dirname(place)), [basename(place)], `${name}: leftovers`);
  }
});

test("where the user's cache cannot be written a temporary folder of the user's own takes its place", async (context) => {
  const temporary = join(folder, "temporary");
  await mkdir(temporary);
  const unpacked = () => withFolders({ cache: "/dev/null", temporary }, unpackSoftwareGpu);
  const result = await unpacked();
  if ("missing" in result) return context.skip(result.missing);
  assert.ok(result.driver.startsWith(join(temporary, "entropic-webgpu")), result.driver);
  assert.deepEqual(await unpacked(), result);
  const [own] = await readdir(temporary);
  assert.equal((await stat(join(temporary, own!))).mode & 0o777, 0o700);
  await chmod(join(temporary, own!), 0o777);
  const refused = await unpacked();
  assert.ok("missing" in refused, "libraries were taken from a folder that others may write to");
  assert.match(refused.missing, /could not be unpacked .*; XDG_CACHE_HOME names the folder it goes to/);
});
