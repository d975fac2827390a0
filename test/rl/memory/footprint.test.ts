import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../../src/node/open_device.ts";
import { parseTrainConfig } from "../../../src/rl/config/index.ts";
import { createTrainer, planTraining } from "../../../src/rl/trainer.ts";
import { rewards, shape, smallModel, task } from "../../small_policy.ts";

const device = await openDevice();
after(() => device.destroy());

/** Runs of different kinds of memory. */
const runs: Readonly<Record<string, object>> = {
  plain: {},
  "with a reference, importance sampling and 16 bits": { beta: 0.1, tis: 2, activations: "f16", weights: "f16" },
  "in several micro-batches": { microBatchRows: 40, updatesPerRollout: 2 },
  "with larger groups": { completions: 6, prompts: 9, maxNewTokens: 5, loss: "gspo" },
};

for (const [name, grpo] of Object.entries(runs)) {
  test(`the bytes of a run are known before it is built: ${name}`, async () => {
    const config = parseTrainConfig({
      model: "small",
      task: { name: "addition", digits: 1 },
      grpo: { ...shape, ...grpo },
      eval: { prompts: 4, completions: 2 },
      entropy: { target: 1.2 },
    });
    const before = device.stats.bytesAllocated;
    const model = await smallModel(device);
    const subject = { trainProblems: task.problems("train"), evalProblems: task.problems("eval"), rewards, stop: task.stop };
    let t = performance.now();
    const { footprint } = await plan({ device, model, config, ...subject });
    console.log("plan", performance.now() - t);
    t = performance.now();
    device.stats.bytesPeak = before;
    const trainer = await createTrainer({ device, model, config, ...subject, sequencesAtOnce: 512 });
    console.log("create", performance.now() - t);
    for (let step = 0; step < 2; step += 1) await trainer.train();
    await trainer.evaluate();
    const lasting = footprint.total - footprint.parts.passing;
    console.log(footprint);
    assert.equal(lasting, device.stats.bytesAllocated - before, "planned and created differ");
    await trainer.save();
    assert.ok(device.stats.bytesPeak - before <= footprint.total, `the peak ${device.stats.bytesPeak - before} exceeds ${footprint.total}`);
    trainer.destroy();
    model.destroy();
  });
}
function plan(options: any) {
  return planTraining(options);
}
