import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createBuffer, createReader, destroyBuffer, readBuffers, uploadBuffer } from "../../src/gpu/buffer.ts";
import { createDevice, type Device } from "../../src/gpu/device.ts";
import { EngineError } from "../../src/gpu/errors.ts";
import { createLaunchList } from "../../src/gpu/launch.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { externalTensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { add } from "../../src/ops/add.ts";
import { createSampler } from "../../src/policy/sampler.ts";
import { createScorer } from "../../src/policy/score.ts";
import { smallModel, smallTrainer } from "../small_policy.ts";

const [device, other] = [await openDevice(), await openDevice()];
after(() => {
  device.destroy();
  other.destroy();
});

/** Runs something small, which a device that Dawn has failed refuses. */
async function assertUsable(on: Device): Promise<void> {
  const plan = await buildPlan(on, "sum", () => ({ keep: [add(input("a", [1]), input("a", [1]))] }));
  plan.run({ inputs: { a: Float32Array.of(21) } });
  const [sum] = await plan.read(plan.result.keep);
  plan.destroy();
  assert.equal(sum![0], 42);
}

const isForeign = (error: unknown): boolean =>
  error instanceof EngineError && /belongs to another device on .+; make or load everything with one device/.test(error.message);

test("buffers, kernels, tensors and models of another device are refused by name, and both devices stay usable", async () => {
  const window = { buffer: createBuffer(other, "far", 256), offset: 0, size: 256 };
  assert.throws(() => uploadBuffer(device, window, Float32Array.of(1)), isForeign, "an upload");
  await assert.rejects(readBuffers(device, [window]), isForeign, "reading back");
  const far = externalTensor("far", window, [4]);
  await assert.rejects(
    buildPlan(device, "mixed", () => ({ keep: [add(far, input("x", [4]))] })),
    /far belongs to another device/,
    "a plan",
  );
  const kernel = await other.kernel("elementwise/add", { conditions: { VEC4: true } });
  const launch = { label: "mixed", kernel, windows: [], reads: [], parameters: () => [], workgroups: () => [1] };
  assert.throws(() => createLaunchList(device, "mixed", [launch]), /mixed: kernel elementwise\/add belongs to another device/, "a launch");
  const model = await smallModel(other);
  await assert.rejects(smallTrainer(device, { model }), isForeign, "a trainer");
  await assert.rejects(smallTrainer(device, { grpo: { beta: 0.1 }, reference: model }), isForeign, "a reference");
  const shape = { sequences: 2, promptRows: 8, maxLength: 8, maxNewTokens: 2, stopTokens: [] };
  const sampling = { temperature: 1, topK: 0, topP: 1 };
  const { bytesAllocated } = device.stats;
  await assert.rejects(createSampler({ device, model: model.module, ...shape, sampling }), isForeign, "a sampler");
  await assert.rejects(createScorer({ device, model: model.module, rows: 8, temperature: 1 }), isForeign, "a scorer");
  assert.equal(device.stats.bytesAllocated, bytesAllocated, "nothing is left of what was refused");
  await assertUsable(device);
  await assertUsable(other);
});

test("what was destroyed is refused by name", async () => {
  const buffer = createBuffer(device, "gone", 256);
  const window = { buffer, offset: 0, size: 256 };
  const plan = await buildPlan(device, "late", () => ({ keep: [add(externalTensor("gone", window, [4]), input("x", [4]))] }));
  const reader = createReader(device, { window });
  destroyBuffer(device, buffer);
  assert.throws(() => plan.run(), /late: gone was destroyed/);
  assert.throws(() => uploadBuffer(device, window, Float32Array.of(1)), /an upload: gone was destroyed/);
  await assert.rejects(reader.fetch(), /reading back: gone was destroyed/);
  reader.destroy();
  await assert.rejects(reader.fetch(), /was destroyed; make it again/);
  plan.destroy();
  assert.throws(() => plan.run(), /late was destroyed; build it again/);
  await assert.rejects(plan.read(plan.result.keep), /was destroyed/);
  await assertUsable(device);
});

test("calls that would share memory are refused by name, and the device stays usable", async () => {
  const { trainer, model } = await smallTrainer(device);
  const first = trainer.train();
  await assert.rejects(trainer.train(), EngineError);
  assert.equal((await first).metrics.step, 1);
  assert.equal((await trainer.train()).metrics.step, 2, "the first call goes on, and so does the trainer");

  const window = { buffer: createBuffer(device, "read twice", 256), offset: 0, size: 256 };
  const reader = createReader(device, { window });
  const read = reader.fetch();
  await assert.rejects(reader.fetch(), /an earlier read back is still under way; await it before the next/);
  await read;
  const several = await Promise.all([readBuffers(device, [window]), readBuffers(device, [window])]);
  assert.equal(several.length, 2, "readings with memory of their own may overlap");

  const scorer = await createScorer({ device, model: model.module, rows: 4, temperature: 1 });
  const ids = Uint32Array.of(1, 2, 3, 4);
  const none = new Uint32Array(4);
  const inputs = {
    tokens: ids,
    actions: ids,
    positions: Uint32Array.of(0, 1, 2, 3),
    sequence_start: none,
    sequence_end: none.map(() => 4),
  };
  const scored = scorer.score({ rows: 4, inputs });
  await assert.rejects(scorer.score({ rows: 4, inputs }), /the scorer is still running; await the call/);
  assert.equal((await scored).logprobs.length, 4);

  const sampling = { temperature: 1, topK: 0, topP: 1 };
  const shape = { sequences: 2, promptRows: 8, maxLength: 8, maxNewTokens: 2, stopTokens: [] };
  const sampler = await createSampler({ device, model: model.module, ...shape, sampling });
  const generated = sampler.generate([{ ids: [1], key: 0 }], 1);
  await assert.rejects(sampler.generate([{ ids: [1], key: 0 }], 1), /the sampler is still running; await the call/);
  assert.equal((await generated)[0]!.ids.length, 2);
  await assertUsable(device);
});

test("no GPU buffer is created or destroyed after the first step", async () => {
  const { trainer } = await smallTrainer(device, { grpo: { beta: 0.1, tis: 2, updatesPerRollout: 2 } });
  await trainer.train();
  await trainer.evaluate();
  const { gpu } = device;
  const create = gpu.createBuffer.bind(gpu);
  const created: string[] = [];
  gpu.createBuffer = (descriptor) => {
    created.push(descriptor.label ?? "");
    return create(descriptor);
  };
  for (let i = 0; i < 2; i += 1) await trainer.train();
  await trainer.evaluate();
  gpu.createBuffer = create;
  assert.deepEqual(created, []);
});

test("immediates are asked for only where the adapter has enough bytes of them", async () => {
  const candidate = await chooseAdapter(process.env.ENTROPIC_ADAPTER ?? "software");
  for (const [maxImmediateSize, expected] of [
    [64, true],
    [128, true],
    [32, false],
    [undefined, false],
  ] as const) {
    const adapter = await candidate.request();
    let asked: Record<string, number | undefined> = {};
    const limits = new Proxy(adapter.limits, {
      get: (real, name) => (name === "maxImmediateSize" ? maxImmediateSize : real[name as never]),
    });
    const shown = {
      info: adapter.info,
      features: adapter.features,
      limits,
      requestDevice: (descriptor: GPUDeviceDescriptor) => {
        asked = { ...(descriptor.requiredLimits as Record<string, number>) };
        return adapter.requestDevice(descriptor);
      },
    } as unknown as GPUAdapter;
    const opened = await createDevice({ adapter: shown, wgslLanguageFeatures: candidate.gpu.wgslLanguageFeatures, shaders: loadShaders() });
    assert.equal(opened.immediates, expected, `an adapter with ${maxImmediateSize}`);
    assert.equal(asked.maxImmediateSize, expected ? 64 : undefined);
    await assertUsable(opened);
    opened.destroy();
  }
});
