import assert from "node:assert/strict";
import { test } from "node:test";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import { ADAMW_DEFAULTS, createAdamW } from "../../src/optim/adamw.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import type { UpdateBatch } from "../../src/policy/update.ts";
import { packBatch, totalsOf } from "../../src/rl/learning/micro_batches.ts";
import { sharedDevice } from "../shared_device.ts";
import { smallModel } from "../small_policy.ts";

const device = await sharedDevice();

const samples = [0, 1, 2].map((i) => ({ promptIds: [1, 2], completionIds: [3, 4 + i, 5], oldLogprobs: [0, 0, 0], advantage: 0 }));
const batch = packBatch(samples, totalsOf(samples), { aggregate: "token-mean", maxLength: 3 });

/** The same batch with every weight that is not 0 at another value. */
function weighed(value: number): UpdateBatch {
  const records = TOKEN_INPUT.readAll(batch.inputs.token_inputs as Float32Array);
  const changed = records.flatMap((record) => TOKEN_INPUT.pack({ ...record, weight: record.weight === 0 ? 0 : value }));
  return { ...batch, inputs: { ...batch.inputs, token_inputs: Float32Array.from(changed) } };
}

async function startedUpdate() {
  const model = await smallModel(device);
  const optimizer = createAdamW(model.placed, { ...ADAMW_DEFAULTS, weightDecay: 0.1, maxGradNorm: 1 });
  const update = await createSupervisedUpdate({ device, model: model.module, optimizer, rows: batch.rows, mayTakeSeveral: true });
  const everything = async () => ({ ...(await optimizer.save()), weights: await readParameters(model.placed) });
  const destroy = (): void => [update, optimizer, model].forEach((part) => void part.destroy());
  return { update, everything, destroy };
}

test("a step without a token to learn from is refused, and changes nothing", async () => {
  const { update, everything, destroy } = await startedUpdate();
  await update.step(batch, 0.01);
  const before = await everything();
  const nothing = weighed(0);
  for (const batches of [[], nothing, [nothing, nothing]]) {
    await assert.rejects(update.step(batches, 0.01), {
      name: "EngineError",
      message: /^a step of \d batches? holds no token that has a weight; leave such a step out$/,
    });
  }
  assert.deepEqual(await everything(), before);
  await update.step([nothing, batch], 0.01);
  destroy();
});

test("explaining a skipped step leaves the optimiser as it was", async () => {
  const { update, everything, destroy } = await startedUpdate();
  await update.step(batch, 0.01);
  const bad = weighed(Number.NaN);
  assert.ok((await update.step(bad, 0.01)).wasSkipped);
  const before = await everything();
  assert.match(
    (await update.explainSkipped(bad, "step 2"))!,
    /^step 2: policy\/cross_entropy .* wrote \d+ non-finite values to coefficients/,
  );
  assert.match((await update.explainSkipped([batch, bad], "step 2"))!, /^step 2: policy\/cross_entropy /);
  assert.deepEqual(await everything(), before);
  assert.equal((await update.step(batch, 0.01)).skipped, 1);
  destroy();
});
