import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
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

test("unpacking twice at once gives one whole folder and no leftovers", async (context) => {
  const cache = await mkdtemp(join(tmpdir(), "entropic-cache-"));
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = cache;
  try {
    const [first, second] = await Promise.all([unpackSoftwareGpu(), unpackSoftwareGpu()]);
    if ("missing" in first) return context.skip(first.missing);
    assert.deepEqual(second, first);
    assert.match(await readFile(first.driver, "utf8"), /libvk_swiftshader\.so/);
    assert.deepEqual((await readdir(dirname(first.driver))).sort(), ["libvk_swiftshader.so", "libvulkan.so.1", "vk_swiftshader_icd.json"]);
    assert.equal((await readdir(join(cache, "entropic-webgpu"))).length, 1);
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    await rm(cache, { recursive: true });
  }
});

test("a cache folder that cannot be written is a reason, not a crash", async (context) => {
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = "/dev/null";
  const result = await unpackSoftwareGpu();
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  assert.ok("missing" in result);
  if (!result.missing.includes("could not be unpacked")) return context.skip(result.missing);
  assert.match(result.missing, /XDG_CACHE_HOME/);
});
