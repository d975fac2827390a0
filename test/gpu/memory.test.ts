import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { buildModel } from "../../models/index.ts";
import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../../src/gpu/buffer.ts";
import type { Device } from "../../src/gpu/device.ts";
import { MemoryError } from "../../src/gpu/errors.ts";
import { createMeasuringDevice } from "../../src/gpu/measuring.ts";
import { refusedError } from "../../src/gpu/refused.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { placeModule } from "../../src/nn/place.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { smallModel } from "../small_policy.ts";

const devices: Device[] = [];
after(() => {
  for (const device of devices) device.destroy();
});

/** A device that says its limits are smaller. WebGPU gives no device less than the default limits, which are large for a test. */
async function openSmall(limits: Partial<Record<keyof GPUSupportedLimits, number>>): Promise<Device> {
  const device = await openDevice();
  devices.push(device);
  const own = new Proxy(device.limits, { get: (known, name) => limits[name as keyof typeof limits] ?? Reflect.get(known, name, known) });
  return Object.assign(device, { limits: own });
}

test("windows are read back in pieces with the same bytes, whatever the pieces", async () => {
  const device = await openDevice();
  devices.push(device);
  const buffer = createBuffer(device, "numbers", 4096);
  uploadBuffer(
    device,
    { buffer, offset: 0, size: 4096 },
    Uint32Array.from({ length: 1024 }, (_, i) => i * 2654435761),
  );
  const windows = [
    { buffer, offset: 256, size: 1000 },
    { buffer, offset: 0, size: 4 },
    { buffer, offset: 2048, size: 2048 },
  ];
  const whole = await readBuffers(device, windows);
  assert.equal(new Uint32Array(whole[2]!)[1], (513 * 2654435761) >>> 0, "the second number of the last window");
  for (const piece of [4, 100, 1000, 1004, 4096]) {
    const { submits, bytesAllocated } = device.stats;
    assert.deepEqual(await readBuffers(device, windows, piece), whole, `pieces of ${piece} bytes`);
    assert.equal(device.stats.submits - submits, Math.ceil(3052 / piece), `submissions with pieces of ${piece} bytes`);
    assert.equal(device.stats.bytesAllocated, bytesAllocated, "staging is given back");
  }
  destroyBuffer(device, buffer);
});

test("a model larger in all than the largest buffer is placed, copied and read back", async () => {
  const device = await openSmall({ maxBufferSize: 8192, maxStorageBufferBindingSize: 8192 });
  const model = await smallModel(device);
  assert.ok(model.placed.shards.length > 1, "the model must not fit one buffer");
  const copy = await model.clone();
  const [a, b] = [await readParameters(model.placed), await readParameters(copy.placed)];
  assert.ok(a.size > 5, "tensors");
  assert.deepEqual(b, a);
});

test("a matrix over 1 GiB is trained in a shard alone, up to what the device binds", async () => {
  const large = await openSmall({ maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 32 });
  const [rows, columns] = [151_936, 2048];
  const config = { model_type: "llama", vocab_size: rows, hidden_size: columns, num_hidden_layers: 1, num_attention_heads: 16 };
  const sizes = { intermediate_size: 64, max_position_embeddings: 32, tie_word_embeddings: true };
  const place = (device: Device) => placeModule(createMeasuringDevice(device), buildModel({ ...config, ...sizes }));
  const { shards, placements } = place(large);
  const table = placements.find(({ parameter }) => parameter.shape[0] === rows)!;
  assert.equal(shards[table.shard]!.window.size, 4 * rows * columns);
  assert.equal(placements.filter(({ shard }) => shard === table.shard).length, 1);
  assert.ok(shards.every((shard, i) => i === table.shard || shard.window.size <= 2 ** 30));

  const small = await openSmall({ maxBufferSize: 2 ** 32, maxStorageBufferBindingSize: 2 ** 30 });
  assert.throws(() => place(small), /^MemoryError: .+ needs 1244659712 bytes; .+ binds at most 1073741824\. Take a smaller model/);
});

test("a tensor that the device cannot bind is refused by name before anything is created", async () => {
  const device = await openSmall({ maxStorageBufferBindingSize: 4096 });
  const { buffers } = device.stats;
  const build = buildPlan(device, "sums", () => ({ keep: [add(input("a", [2048]), input("b", [2048]))] }));
  await assert.rejects(build, (error) => {
    assert.ok(error instanceof MemoryError, String(error));
    assert.match(error.message, /^sums: add binds a, 8192 bytes; .+ binds at most 4096\. Use smaller batches$/);
    return true;
  });
  assert.equal(device.stats.buffers, buffers);
});

test("a plan on a measuring device takes the bytes that it takes on the device itself, and creates nothing", async () => {
  const device = await openDevice();
  devices.push(device);
  const measuring = createMeasuringDevice(device);
  const before = { ...device.stats };
  const build = (on: Device) =>
    buildPlan(on, "sums", () => ({ keep: [add(add(input("a", [300]), input("b", [300])), input("c", [300]))] }));
  await build(measuring);
  assert.deepEqual(device.stats, before);
  const plan = await build(device);
  assert.equal(measuring.stats.bytesAllocated, device.stats.bytesAllocated - before.bytesAllocated);
  assert.equal(measuring.allocations.size, device.stats.buffers - before.buffers);
  plan.destroy();
});

test("a lack of memory is told in one line: what, how many bytes, the remedy", () => {
  class GPUOutOfMemoryError extends Error {}
  const message = `vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY
 - While calling [Device].CreateBuffer([BufferDescriptor ""keys 3 of 1048576 bytes""]).
    at CheckVkOOMThenSuccessImpl (VulkanError.cpp:119)`;
  const error = refusedError(new GPUOutOfMemoryError(message) as unknown as GPUError);
  assert.match(error.message, /^the GPU has no memory left for keys 3, 1048576 bytes; use smaller batches, .+$/);
});

// Room for one of the buffers. What is left then is 0.75 GiB, so that V8 does not run out before the GPU does.
const STARVED = `
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { openDevice } from "./src/node/open_device.ts";
import { createBuffer, readBuffers } from "./src/gpu/buffer.ts";
const device = await openDevice({ adapter: "embedded" });
const taken = 1024 * Number(/VmSize:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
execFileSync("prlimit", ["--pid", String(process.pid), "--as=" + (taken + 7 * 2 ** 28)]);
try {
  const buffers = Array.from({ length: 4 }, (_, i) => createBuffer(device, "keys " + i, 2 ** 30 - 256));
  await readBuffers(device, [{ buffer: buffers[3], offset: 0, size: 4 }]);
  console.log("all went well");
} catch (error) {
  console.log(error.name + ": " + error.message);
}
process.exit(0);
`;

const isStarvable = process.platform === "linux" && process.arch === "x64" && spawnSync("prlimit", ["--version"]).status === 0;

test("the embedded GPU says what it has no memory for", { skip: isStarvable ? false : "needs Linux and prlimit" }, () => {
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", STARVED], { encoding: "utf8" });
  assert.match(stdout, /^MemoryError: the GPU has no memory left for keys \d, 1073741568 bytes; use smaller batches, .+\n$/, stderr);
});
