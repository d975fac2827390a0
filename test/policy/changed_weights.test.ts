import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadParameters, readParameters } from "../../src/nn/load_parameters.ts";
import { saveModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { createAdamW } from "../../src/optim/adamw.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import { generate } from "../../src/rl/generate.ts";
import { packBatch, totalsOf } from "../../src/rl/learning/micro_batches.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { smallModel, smallTrainer } from "../small_policy.ts";

const device = await openDevice();
const folder = await mkdtemp(join(tmpdir(), "entropic-"));
after(async () => {
  device.destroy();
  await rm(folder, { recursive: true });
});

const GENERATION = "generate()";
const remedy = (work: string) => ({
  name: "EngineError",
  message: `the model's weights were changed while ${work} was running; await ${work} before a step or a load, or the other way round`,
});

const samples = [0, 1].map((i) => ({ promptIds: [1, 2], completionIds: [3, 4 + i], oldLogprobs: [0, 0], advantage: 0 }));
const batch = packBatch(samples, totalsOf(samples), { aggregate: "token-mean", maxLength: 2 });

/** What changes the weights of a model, and what frees it. */
interface Change {
  readonly change: () => unknown;
  readonly destroy?: () => void;
}

async function supervised({ module, placed }: PolicyModel, given: typeof batch | (typeof batch)[]): Promise<Change> {
  const optimizer = createAdamW(placed, { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0, maxGradNorm: 1 });
  const update = await createSupervisedUpdate({ device, model: module, optimizer, rows: batch.rows });
  const destroy = (): void => [update, optimizer].forEach((part) => void part.destroy());
  return { change: () => update.step(given, 0.01), destroy };
}

async function policy(model: PolicyModel, grpo: object): Promise<Change> {
  const { trainer } = await smallTrainer(device, { model, grpo });
  return { change: () => trainer.train(), destroy: () => trainer.destroy() };
}

const CHANGES: Readonly<Record<string, (model: PolicyModel) => Promise<Change>>> = {
  "a load": async ({ placed }) => {
    const weights = await readParameters(placed);
    return { change: () => loadParameters(placed, weights) };
  },
  "a supervised step": (model) => supervised(model, batch),
  "a supervised step of two batches": (model) => supervised(model, [batch, batch]),
  "a step of the trainer": (model) => policy(model, {}),
  "a step of the trainer of several micro-batches": (model) => policy(model, { microBatchRows: 16 }),
};

const longModel = () => smallModel(device, { max_position_embeddings: 1024 });

for (const [name, prepare] of Object.entries(CHANGES)) {
  test(`completions beside ${name} are refused, and come before and after it`, async () => {
    const model = await longModel();
    const { change, destroy } = await prepare(model);
    const sample = (maxTokens: number, onTokens = () => {}) =>
      generate(device, model, ["1+1="], { maxTokens, temperature: 1, stop: [], memory: "1 GiB", onTokens });
    await sample(40);
    let changing: unknown;
    const beside = sample(1000, () => {
      changing ??= change();
    });
    await assert.rejects(beside, remedy(GENERATION));
    await changing;
    await sample(40);
    destroy?.();
    model.destroy();
  });
}

test("a checkpoint beside a step is not written", async () => {
  const model = await smallModel(device);
  const { trainer } = await smallTrainer(device, { model });
  await trainer.train();
  const saved = await trainer.save();
  const torn = saveModel(join(folder, "torn"), model, saved);
  const { change, destroy } = await supervised(model, batch);
  await Promise.all([change(), assert.rejects(torn, remedy("saveModel()"))]);
  assert.deepEqual(await readdir(folder), []);
  await assert.rejects(saveModel(join(folder, "whole"), model, saved), /weights have changed since this state was saved/);
  await saveModel(join(folder, "whole"), model, await trainer.save());
  assert.deepEqual(await readdir(folder), ["whole"]);
  destroy?.();
  trainer.destroy();
  model.destroy();
});
