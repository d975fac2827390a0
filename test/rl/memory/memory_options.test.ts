import assert from "node:assert/strict";
import { test } from "node:test";
import type { Part } from "../../../src/rl/memory/parts.ts";
import { createTrainer, planTraining } from "../../../src/rl/trainer.ts";
import { sharedDevice } from "../../shared_device.ts";
import { rewards, smallConfig, smallModel, task } from "../../small_policy.ts";

const device = await sharedDevice();

/** Four blocks whose activations wait for the backward pass, and logits of many columns. */
const DEEP = { num_hidden_layers: 4, vocab_size: 512 };

/** The bytes of a run by part, as planned, and those of the trainer when it is built. */
async function bytesOf(grpo: object): Promise<{ readonly parts: Readonly<Record<Part, number>>; readonly built: number }> {
  const model = await smallModel(device, DEEP);
  const subject = { trainProblems: task.problems("train"), evalProblems: task.problems("eval"), stop: [task.stop] };
  const options = { device, model, rewards, config: smallConfig({ grpo }), ...subject };
  const { footprint } = await planTraining(options);
  const before = device.stats.bytesAllocated;
  const trainer = await createTrainer(options);
  const built = device.stats.bytesAllocated - before;
  trainer.destroy();
  model.destroy();
  return { parts: footprint.parts, built };
}

for (const [grpo, part, most] of [
  [{ recompute: true }, "activations", 0.6],
  [{ activations: "f16" }, "activations", 0.8],
  [{ logitsBytes: 256 }, "logits", 0.5],
] as const) {
  test(`the learner takes less memory for ${part}: ${JSON.stringify(grpo)}`, async () => {
    const [plain, small] = [await bytesOf({}), await bytesOf(grpo)];
    const [before, after] = [plain.parts[part], small.parts[part]];
    assert.ok(after < most * before, `planned ${after} of ${before} bytes`);
    assert.ok(plain.built - small.built > 0.9 * (before - after), `built with ${small.built} of ${plain.built} bytes`);
  });
}
