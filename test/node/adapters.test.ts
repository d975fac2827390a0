import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { adapterName, chooseAdapter, NoAdapterError } from "../../src/node/adapters.ts";
import { listAdapters } from "../../src/node/open_device.ts";
import { unpackSoftwareGpu } from "../../src/node/software_gpu.ts";
import { affine } from "./compute.ts";

const expected = [1, 4, 7, 10, 13, 16, 19];
const unpacked = await unpackSoftwareGpu();
const withoutEmbedded = "missing" in unpacked ? unpacked.missing : false;
const adapters = await listAdapters();

/** Runs a module text in a Node of its own, as a user would, with a time limit: it must end by itself. */
async function runAlone(code: string, env: Record<string, string> = {}): Promise<string> {
  const arguments_ = ["--import", "tsx", "--input-type=module", "-e", code];
  const { stdout } = await promisify(execFile)(process.execPath, arguments_, { env: { ...process.env, ...env }, timeout: 60_000 });
  return stdout.trim();
}

test("at least one adapter is listed, the first one is auto's, and real GPUs come before software ones", async () => {
  assert.ok(adapters.length > 0, "no adapter on this machine");
  assert.deepEqual(
    adapters.map(({ auto }) => auto),
    adapters.map((_, index) => index === 0),
  );
  const rank = adapters.map(({ software, embedded }) => (embedded ? 2 : software ? 1 : 0));
  assert.deepEqual(
    rank,
    rank.toSorted((a, b) => a - b),
  );
  assert.equal((await chooseAdapter("auto")).name, adapters[0]!.name);
  for (const { name, backend, limits } of adapters) {
    assert.match(backend, /^(vulkan|metal|d3d12)$/, name);
    assert.ok(
      limits.maxStorageBufferBindingSize! >= 128 * 2 ** 20,
      `${name}: storage bindings of ${limits.maxStorageBufferBindingSize} bytes`,
    );
    assert.ok(limits.maxComputeInvocationsPerWorkgroup! >= 128, name);
  }
});

test("every adapter can be chosen by its name, and computes", async () => {
  for (const { name } of adapters) {
    const chosen = await chooseAdapter(name);
    assert.equal(chosen.name, name);
    assert.deepEqual(await affine(await chosen.request(), expected.length), expected, name);
  }
});

test("the embedded software GPU computes, device after device", { skip: withoutEmbedded }, async () => {
  for (const selection of ["embedded", "SwiftShader"]) {
    const chosen = await chooseAdapter(selection);
    assert.ok(chosen.software);
    assert.equal(chosen.adapter.info.architecture, "swiftshader");
    for (let i = 0; i < 2; i++) assert.deepEqual(await affine(await chosen.request(), expected.length), expected);
  }
});

test("lavapipe answers to both of its names", {
  skip: !adapters.some(({ device }) => device.includes("llvmpipe")) && "no lavapipe here",
}, async () => {
  assert.match((await chooseAdapter("LavaPipe")).adapter.info.description, /llvmpipe/);
  assert.equal((await chooseAdapter("llvmpipe")).name, (await chooseAdapter("lavapipe")).name);
});

test("an unknown name is answered with the names there are", async () => {
  await assert.rejects(chooseAdapter("Voodoo2"), (error: Error) => {
    assert.ok(error instanceof NoAdapterError);
    assert.ok(error.message.startsWith('no adapter matches "voodoo2"; this machine has '), error.message);
    for (const { name } of adapters) assert.ok(error.message.includes(name), error.message);
    assert.match(error.message, /give auto, hardware, software, or a part of one of these names$/);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
});

test("`hardware` and `software` take only their kind", async () => {
  for (const [selection, software] of [["hardware", false] as const, ["software", true] as const]) {
    if (adapters.some((adapter) => adapter.software === software)) assert.equal((await chooseAdapter(selection)).software, software);
    else await assert.rejects(chooseAdapter(selection), NoAdapterError);
  }
});

test("with drivers that lead nowhere, auto falls to the embedded software GPU; the process ends by itself", {
  skip: withoutEmbedded,
}, async () => {
  const code = `import { openDevice } from "${new URL("../../src/node/open_device.ts", import.meta.url)}";
const device = await openDevice();
console.log(device.name, device.lanes);`;
  assert.equal(
    await runAlone(code, { VK_DRIVER_FILES: "/nonexistent.json", ENTROPIC_ADAPTER: "", ENTROPIC_LANES: "16" }),
    "embedded SwiftShader 16",
  );
});

test("choosing the embedded software GPU leaves the environment as it was", { skip: withoutEmbedded }, async () => {
  const before = process.env.VK_DRIVER_FILES;
  await chooseAdapter("embedded", { power: "low-power" });
  assert.equal(process.env.VK_DRIVER_FILES, before);
});

test("adapters get the names that people know them by", () => {
  const info = {
    vendor: "mesa",
    architecture: "software",
    device: "llvmpipe-llvm-15-0-6-256-bits-",
    description: "llvmpipe: Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6) 0.0.1",
  };
  assert.equal(adapterName(info), "lavapipe (llvmpipe, Mesa 25.0.7)");
  assert.equal(
    adapterName({ vendor: "nvidia", architecture: "hopper", device: "nvidia-h100", description: "NVIDIA: 570.1" }),
    "nvidia-h100",
  );
  assert.equal(adapterName({ vendor: "apple", architecture: "common-3", device: "", description: "" }), "apple common-3");
});
