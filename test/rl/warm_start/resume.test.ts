import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadModel, saveModel } from "../../../src/node/load_model.ts";
import { loadTrainerState, loadWarmStartState } from "../../../src/node/load_state.ts";
import { parseSftConfig, type SftConfig } from "../../../src/rl/config/index.ts";
import type { PolicyModel } from "../../../src/rl/model.ts";
import type { Taught } from "../../../src/rl/warm_start/lessons.ts";
import { createWarmStart, type WarmStart, type WarmStartStep } from "../../../src/rl/warm_start/warm_start.ts";
import { sharedDevice } from "../../shared_device.ts";
import { smallModel, task } from "../../small_policy.ts";

const device = await sharedDevice();
const folder = await mkdtemp(join(tmpdir(), "entropic-resume-"));
after(() => rm(folder, { recursive: true, force: true }));

const sums = Array.from({ length: 11 }, (_, i) => ({ prompt: `${i % 5}+${i}=`, completion: `${(i % 5) + i}` }));

function configOf(sft: object = {}): SftConfig {
  const whole = { steps: 6, batch: 4, learningRate: 0.01, warmupSteps: 4, schedule: "linear", evalEvery: 2, stopAtPassAt1: null };
  return parseSftConfig({
    ...{ model: { model_type: "llama" }, task: { name: "addition", digits: 1 }, seed: 3 },
    ...{ sft: { ...whole, ...sft }, eval: { prompts: 6, completions: 4 } },
  });
}

/** A small model whose completions end with the task's end character. */
async function pupil(): Promise<PolicyModel> {
  const model = await smallModel(device, { max_position_embeddings: 24 });
  return { ...model, generation: { eos_token_id: model.tokenizer.encode(task.stop)[0]! } };
}

async function take(start: WarmStart, steps: number): Promise<WarmStartStep[]> {
  const taken: WarmStartStep[] = [];
  for (let step = 0; step < steps; step += 1) taken.push(await start.train());
  return taken;
}

/** The moments as they lie in a file, whose values are never put beside each other otherwise. */
async function saved(dir: string, model: PolicyModel, start: WarmStart): Promise<Awaited<ReturnType<typeof loadWarmStartState>>> {
  await saveModel(dir, model, await start.store());
  return loadWarmStartState(dir);
}

const lessons: Readonly<Record<string, Taught>> = {
  "a task": { task },
  examples: { examples: { train: sums, heldOut: sums.slice(0, 3) } },
};

for (const [what, taught] of Object.entries(lessons)) {
  test(`a warm start on ${what} that was saved goes on to the same bits, in a trainer that is new or has gone on`, async () => {
    const config = configOf();
    const model = await pupil();
    const start = await createWarmStart({ ...taught, device, model, config });
    await take(start, 3);
    const at = join(folder, what, "at");
    await saveModel(at, model, await start.store());
    const expected = await take(start, 3);
    const end = await saved(join(folder, what, "end"), model, start);
    assert.ok(start.isDone);
    start.destroy();
    model.destroy();

    const again = await loadModel(device, at);
    const other = await createWarmStart({ ...taught, device, model: again, config });
    assert.equal(other.step, 0);
    other.load(await loadWarmStartState(at));
    assert.equal(other.step, 3);
    assert.deepEqual(await take(other, 3), expected);
    assert.deepEqual(await saved(join(folder, what, "again"), again, other), end);

    // The order of examples begins anew with what is loaded, wherever the warm start is.
    other.load(await loadWarmStartState(at));
    const [next] = await take(other, 1);
    assert.deepEqual([next!.step, next!.learningRate], [4, expected[0]!.learningRate]);
    assert.notEqual(next!.loss, expected[0]!.loss, "the weights are later ones");
    other.destroy();
    again.destroy();
  });
}

test("a warm start that pass@1 ended is at its end when it is loaded, unless more is asked for", async () => {
  const model = await pupil();
  const every = { ...configOf(), sft: { ...configOf().sft, stopAtPassAt1: 0 } };
  const start = await createWarmStart({ task, device, model, config: every });
  await take(start, 1);
  assert.ok(!start.isDone, "nothing is measured yet");
  await take(start, 1);
  assert.ok(start.isDone);
  const dir = join(folder, "ended");
  const { state } = await saved(dir, model, start);
  assert.equal(typeof state.passAt1, "number");
  start.destroy();
  for (const [stopAtPassAt1, isDone] of [
    [0, true],
    [null, false],
    [1, state.passAt1 === 1],
  ] as const) {
    const other = await createWarmStart({ task, device, model, config: { ...every, sft: { ...every.sft, stopAtPassAt1 } } });
    other.load(await loadWarmStartState(dir));
    assert.equal(other.isDone, isDone, `${stopAtPassAt1}`);
    other.destroy();
  }
  model.destroy();
});

test("what is not the state of such a warm start is refused before anything changes", async () => {
  const model = await pupil();
  const config = configOf();
  const start = await createWarmStart({ task, device, model, config });
  await take(start, 1);
  const good = await saved(join(folder, "good"), model, start);
  await assert.rejects(
    loadTrainerState(join(folder, "good")),
    /good\/state\.json is the state of a warm start; read it with loadWarmStartState$/,
  );
  const [name, moment] = [...good.moments][0]!;
  const bad: readonly [object, RegExp][] = [
    [{ state: { ...good.state, step: -1 } }, /step/],
    [{ state: { ...good.state, passAt1: 2 } }, /passAt1/],
    [{ state: { ...good.state, tokens: 1 } }, /tokens/],
    [{ state: { ...good.state, examples: 7 } }, /the saved warm start had 7 examples to learn, and there are \d+ now; give it its own, or/],
    [{ state: { ...good.state, optimizer: [1] } }, /optimizer/],
    [{ moments: new Map([...good.moments].slice(1)) }, /optimiser's state/],
    [
      { moments: new Map([...good.moments, [name, { ...moment, data: Float32Array.from(moment.data, () => Number.NaN) }]]) },
      /must be finite/,
    ],
    [{ moments: new Map([...good.moments, ["first.other", moment]]) }, /first\.other, which this model has not/],
  ];
  for (const [change, pattern] of bad) assert.throws(() => start.load({ ...good, ...change }), pattern);
  assert.equal(start.step, 1);
  const later = take(start, 1);
  assert.throws(() => start.load(good), /load\(\) was called while train\(\) of the warm start is running/);
  await later;
  start.destroy();
  await assert.rejects(start.train(), /after the warm start was destroyed/);
  model.destroy();
});

test("adapters are saved and gone on with, and their base stays out of the state", async () => {
  const base = await pupil();
  const dir = join(folder, "base");
  await saveModel(dir, base);
  base.destroy();
  const adapted = await loadModel(device, dir, { lora: { rank: 2 } });
  const start = await createWarmStart({ task, device, model: adapted, config: configOf() });
  await take(start, 2);
  const at = join(folder, "adapter");
  const { moments } = await saved(at, adapted, start);
  assert.ok(
    [...moments.keys()].every((name) => name.includes("lora_")),
    [...moments.keys()].join(),
  );
  const expected = await take(start, 2);
  const again = await loadModel(device, at);
  const other = await createWarmStart({ task, device, model: again, config: configOf() });
  other.load(await loadWarmStartState(at));
  assert.deepEqual(await take(other, 2), expected);
  for (const part of [start, adapted, other, again]) part.destroy();
});
