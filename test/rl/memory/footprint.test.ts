import assert from "node:assert/strict";
import { test } from "node:test";
import type { Device } from "../../../src/gpu/device.ts";
import { MemoryError } from "../../../src/gpu/errors.ts";
import { parseTrainConfig } from "../../../src/rl/config/index.ts";
import type { PolicyModel } from "../../../src/rl/model.ts";
import { taskReward } from "../../../src/rl/scoring/rewards.ts";
import { createTrainer, planTraining, type TrainerOptions } from "../../../src/rl/trainer.ts";
import { sharedDevice } from "../../shared_device.ts";
import { rewards, run, shape, smallModel, task, untimed } from "../../small_policy.ts";

const device = await sharedDevice();

interface Given {
  readonly model: PolicyModel;
  readonly grpo?: object;
  readonly memory?: string | number;
  readonly on?: Device;
  /** Whether most completions earn the same, and so have no advantage. */
  readonly areSilent?: boolean;
}

function optionsOf({ model, grpo, memory, on = device, areSilent = false }: Given): TrainerOptions {
  const config = parseTrainConfig({
    model: "small",
    task: { name: "addition", digits: 1 },
    grpo: { ...shape, ...grpo },
    eval: { prompts: 4, completions: 2 },
    entropy: { target: 1.2 },
    ...(memory !== undefined && { memory }),
  });
  const subject = { trainProblems: task.problems("train"), evalProblems: task.problems("eval"), stop: [task.stop] };
  return { rewards: areSilent ? [taskReward(task)] : rewards, device: on, model, config, ...subject };
}

const SILENT = "with silent completions, which the second update measures";

/** Runs that need different kinds of memory. */
const RUNS: Readonly<Record<string, object>> = {
  plain: {},
  "with a reference, importance sampling and 16 bits": { beta: 0.1, tis: 2, activations: "f16", weights: "f16", cacheStorage: "f16" },
  "with blocks that are computed again, logits in chunks": { recompute: true, logitsBytes: 256 },
  "in several micro-batches": { microBatchRows: 40, updatesPerRollout: 2 },
  [SILENT]: { updatesPerRollout: 2 },
  "with larger groups and another loss": { completions: 6, prompts: 9, maxNewTokens: 5, loss: "gspo" },
};

for (const [name, grpo] of Object.entries(RUNS)) {
  test(`the bytes of a run are known before it is built: ${name}`, async () => {
    const before = device.stats.bytesAllocated;
    const model = await smallModel(device);
    const { buffers, pipelines } = device.stats;
    const { footprint } = await planTraining(optionsOf({ model, grpo, areSilent: name === SILENT }));
    assert.deepEqual([device.stats.buffers, device.stats.pipelines], [buffers, pipelines], "planning creates nothing");
    device.stats.bytesPeak = before;
    const trainer = await createTrainer(optionsOf({ model, grpo, areSilent: name === SILENT }));
    await run(trainer.train, 2);
    await trainer.evaluate();
    assert.equal(device.stats.bytesAllocated - before, footprint.total - footprint.parts.passing, "bytes that stay");
    const sum = Object.values(footprint.parts).reduce((a, b) => a + b, 0);
    assert.equal(sum, footprint.total, "the parts are the sum");
    assert.equal(footprint.parts.parameters, footprint.parts.gradients, "a trained number has a gradient");
    assert.ok(footprint.parts.tables > 0 && footprint.parts.tables < footprint.parts.parameters, "tables are counted apart");
    await trainer.save();
    const peak = device.stats.bytesPeak - before;
    assert.ok(peak <= footprint.total, `the peak ${peak} exceeds the plan's ${footprint.total}`);
    trainer.destroy();
    model.destroy();
  });
}

test("where memory is short fewer sequences are sampled at a time, and every bit stays", async () => {
  const model = await smallModel(device);
  const copies = await Promise.all([model.clone(), model.clone()]);
  const all = optionsOf({ model: copies[0]! });
  const plan = await planTraining(all);
  const least = plan.footprint.total - Math.floor(plan.footprint.sampling / 2);
  const few = optionsOf({ model: copies[1]!, memory: least });
  const fitted = await planTraining(few);
  assert.ok(fitted.sequencesAtOnce < 24, `${fitted.sequencesAtOnce} sequences at a time are not fewer than the step's 24`);
  assert.ok(fitted.footprint.total <= least, `${fitted.footprint.total} bytes exceed the ${least} that were allowed`);
  const [one, two] = [await createTrainer(all), await createTrainer(few)];
  assert.deepEqual(untimed(await run(two.train, 2)), untimed(await run(one.train, 2)));
  assert.deepEqual(
    (await two.evaluate()).entries.map(({ text }) => text),
    (await one.evaluate()).entries.map(({ text }) => text),
  );
  for (const part of [one, two, model, ...copies]) part.destroy();
});

/** The same device with smaller limits. */
const limited = (limits: object): Device =>
  ({
    ...device,
    limits: new Proxy(device.limits, { get: (known, name) => Reflect.get(limits, name) ?? Reflect.get(known, name, known) }),
  }) as Device;

test("a key-value cache that exceeds the device's binding is cut into fewer sequences", async () => {
  const model = await smallModel(device);
  const { footprint, sequencesAtOnce } = await planTraining(
    optionsOf({ model, grpo: { microBatchRows: 16, maxNewTokens: 8 }, on: limited({ maxStorageBufferBindingSize: 16384 }) }),
  );
  assert.ok(sequencesAtOnce < 24 && sequencesAtOnce > 4, `${sequencesAtOnce} sequences at a time`);
  assert.ok(footprint.parts.cache > 0);
  model.destroy();
});

test("a cache in 16 bits takes half the bytes, and the run is otherwise planned alike", async () => {
  const model = await smallModel(device);
  const { footprint: whole } = await planTraining(optionsOf({ model }));
  const { footprint: half } = await planTraining(optionsOf({ model, grpo: { cacheStorage: "f16" } }));
  // Buffers are rounded up to some hundred bytes.
  const spare = half.parts.cache - whole.parts.cache / 2;
  assert.ok(spare >= 0 && spare <= 1024, `${half.parts.cache} bytes are not half of ${whole.parts.cache}`);
  assert.deepEqual(half.parts, { ...whole.parts, cache: half.parts.cache });
  model.destroy();
});

test("what cannot fit is refused in one line that names the options that would help, with numbers", async () => {
  const model = await smallModel(device);
  const { footprint } = await planTraining(optionsOf({ model }));
  const memory = Math.floor(0.55 * footprint.total);
  const { buffers } = device.stats;
  const error: unknown = await createTrainer(optionsOf({ model, memory })).catch((reason: unknown) => reason);
  assert.ok(error instanceof MemoryError, String(error));
  const line =
    /^this needs [\d.]+ KiB \(activations .+\); memory allows [\d.]+ KiB; any of these fits: grpo\.microBatchRows=(\d+) \([\d.]+ KiB\), /;
  assert.match(error.message, line);
  assert.ok(error.message.length <= 500, `${error.message.length} characters`);
  assert.equal(device.stats.buffers, buffers, "refusing creates nothing");
  const [, rows] = line.exec(error.message)!;
  const fitting = await planTraining(optionsOf({ model, memory, grpo: { microBatchRows: Number(rows) } }));
  assert.ok(fitting.footprint.total <= memory, "the remedy that the message names fits");
  await assert.rejects(
    planTraining(optionsOf({ model, memory: 100 })),
    /memory allows 100 B; weights, gradients and moments alone are [\d.]+ KiB; take a smaller model$/,
  );
  model.destroy();
});

test("fewer rows in a pass are named too where they are fewer than the longest completion has", async () => {
  const model = await smallModel(device, { max_position_embeddings: 64 });
  const plan = (more: Partial<Given> & { readonly rows: number }) =>
    planTraining(optionsOf({ model, ...more, grpo: { microBatchRows: more.rows, maxNewTokens: 33 } }));
  const { total, sampling } = (await plan({ rows: 64 })).footprint;
  // Not even with one sequence at a time do passes of 64 rows fit.
  const memory = total - sampling;
  await assert.rejects(plan({ rows: 64, memory }), /any of these fits: grpo\.microBatchRows=32 \(/);
  assert.ok((await plan({ rows: 32, memory })).footprint.total <= memory, "the remedy that the message names fits");
  const least = (rows: number) => plan({ rows }).then(({ footprint }) => footprint.parts.activations);
  assert.deepEqual([await least(32), await least(1)], [await least(36), await least(36)], "a pass holds the longest sample at least");
  model.destroy();
});

test("completions that the process cannot hold are refused before any is sampled", async () => {
  const model = await smallModel(device);
  const wanted = optionsOf({ model });
  const config = { ...wanted.config, eval: { ...wanted.config.eval, completions: 1e9 } };
  await assert.rejects(
    planTraining({ ...wanted, config }),
    /^MemoryError: eval\.prompts 4 x eval\.completions 1000000000 are 4000000000 completions, .+ GiB\. Ask for fewer, .+$/,
  );
  model.destroy();
});
