import assert from "node:assert/strict";
import { test } from "node:test";
import { createTrainer } from "../../../src/rl/trainer.ts";
import { sharedDevice } from "../../shared_device.ts";
import { rewards, shape, smallConfig, smallModel, task } from "../../small_policy.ts";

const device = await sharedDevice();

interface Sampled {
  readonly grpo?: object;
  readonly seed?: number;
  readonly problems?: number;
}

/** The prompts of the first step, and the completions of each of its groups. */
async function firstStep({ grpo, seed = 0, problems = 50 }: Sampled) {
  const model = await smallModel(device);
  const subject = { trainProblems: task.problems("train").slice(0, problems), evalProblems: task.problems("eval"), stop: [task.stop] };
  const trainer = await createTrainer({ device, model, rewards, config: { ...smallConfig({ grpo }), seed }, ...subject });
  const { entries } = await trainer.train();
  trainer.destroy();
  model.destroy();
  const completions = entries.map(({ completion }) => completion.ids.join(" "));
  const groups = Array.from({ length: shape.prompts }, (_, i) => completions.slice(i * shape.completions, (i + 1) * shape.completions));
  return { prompts: entries.map(({ prompt }) => prompt), groups };
}

for (const grpo of [{ topK: 1 }, { topP: 0.001 }]) {
  test(`rollouts choose among the most probable tokens alone: ${JSON.stringify(grpo)}`, async () => {
    const { groups } = await firstStep({ grpo });
    for (const group of groups) assert.equal(new Set(group).size, 1, `${group}`);
    const free = await firstStep({});
    for (const group of free.groups) assert.ok(new Set(group).size > 1, `${group}`);
  });
}

test("the seed decides the completions of a prompt", async () => {
  // With a single problem every step has the same prompts.
  const [one, again, two] = [
    await firstStep({ seed: 1, problems: 1 }),
    await firstStep({ seed: 1, problems: 1 }),
    await firstStep({ seed: 2, problems: 1 }),
  ];
  assert.deepEqual(again, one);
  assert.deepEqual(two.prompts, one.prompts);
  assert.notDeepEqual(two.groups, one.groups);
});

test("the seed decides the order of prompts", async () => {
  const [one, two] = [await firstStep({ seed: 1 }), await firstStep({ seed: 2 })];
  assert.notDeepEqual(two.prompts, one.prompts);
});
