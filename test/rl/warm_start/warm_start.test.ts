import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSftConfig, type SftConfig } from "../../../src/rl/config/index.ts";
import { planWarmStart, type WarmStartStep, warmStart } from "../../../src/rl/warm_start/warm_start.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { sharedDevice } from "../../shared_device.ts";
import { task as addition, smallModel } from "../../small_policy.ts";

const device = await sharedDevice();

const whole = { steps: 40, batch: 32, learningRate: 0.01, warmupSteps: 0, evalEvery: 10, stopAtPassAt1: null };

function configOf(sft: object, seed = 0): SftConfig {
  return parseSftConfig({
    ...{ model: { model_type: "llama" }, task: { name: "addition", digits: 1 }, seed },
    ...{ sft: { ...whole, ...sft }, eval: { prompts: 6, completions: 4 } },
  });
}

interface Run {
  readonly seed?: number;
  readonly task?: Task;
  /** In place of what the configuration says. */
  readonly given?: Partial<SftConfig["sft"]>;
}

/** The steps of a warm start of a small model. */
async function stepsOf(sft: object, { seed = 0, task = addition, given = {} }: Run = {}): Promise<WarmStartStep[]> {
  const config = configOf(sft, seed);
  const model = await smallModel(device);
  const steps: WarmStartStep[] = [];
  for await (const step of warmStart({ device, model, task, config: { ...config, sft: { ...config.sft, ...given } } })) steps.push(step);
  model.destroy();
  return steps;
}

const evaluated = (steps: readonly WarmStartStep[]): number[] => steps.filter(({ evaluation }) => evaluation).map(({ step }) => step);
const losses = (steps: readonly WarmStartStep[]): number[] => steps.map(({ loss }) => loss);

test("a warm start learns all its steps, and is evaluated every evalEvery of them and after the last", async () => {
  const steps = await stepsOf({});
  assert.deepEqual(
    steps.map(({ step }) => step),
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  assert.deepEqual(evaluated(steps), [10, 20, 30, 40]);
  assert.ok(steps.at(-1)!.loss < steps[0]!.loss / 2, `loss ${steps[0]!.loss}, then ${steps.at(-1)!.loss}`);
  assert.deepEqual(evaluated(await stepsOf({ steps: 5, evalEvery: 2 })), [2, 4, 5]);
});

test("it ends with the first evaluation that reaches stopAtPassAt1, and with no other", async () => {
  const steps = await stepsOf({}, { given: { stopAtPassAt1: 0 } });
  assert.equal(steps.length, 10, "0 is a share too, and any evaluation reaches it");
  const [first] = steps.flatMap(({ evaluation }) => evaluation ?? []);
  const reached = first!.passAt1;
  assert.ok(reached > 0 && reached < 1, `${reached}`);
  assert.equal((await stepsOf({ steps: 12, stopAtPassAt1: reached })).length, 10);
  assert.equal((await stepsOf({ steps: 12, stopAtPassAt1: reached + 0.01 })).length, 12);
});

test("the learning rate follows warmupSteps, schedule and minLearningRate", async () => {
  const rates = async (sft: object): Promise<number[]> =>
    (await stepsOf({ steps: 8, batch: 4, warmupSteps: 4, learningRate: 0.008, ...sft })).map(({ learningRate }) => learningRate / 0.008);
  const close = (actual: readonly number[], expected: readonly number[]): void =>
    expected.forEach((rate, i) => {
      assert.ok(Math.abs(actual[i]! - rate) < 1e-12, `step ${i + 1}: ${actual[i]}, expected ${rate}`);
    });
  close(await rates({ schedule: "linear" }), [0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25]);
  close(await rates({ schedule: "linear", minLearningRate: 0.2 }), [0.25, 0.5, 0.75, 1, 1, 0.8, 0.6, 0.4]);
  close(await rates({}), [0.25, 0.5, 0.75, 1, 1, 1, 1, 1]);
});

test("a step learns at the rate that it names", async () => {
  const [still, moved] = [await stepsOf({ steps: 3, learningRate: 0 }), await stepsOf({ steps: 3 })];
  assert.equal(still[0]!.loss, moved[0]!.loss, "the first loss is that of the weights before it");
  assert.ok(moved[2]!.loss < still[2]!.loss, `${losses(moved)} and ${losses(still)}`);
});

test("several micro-batches give the losses of one, in less memory", async () => {
  const one = losses(await stepsOf({ steps: 6, microBatchRows: null }));
  const several = losses(await stepsOf({ steps: 6, microBatchRows: 40 }));
  for (const [i, loss] of one.entries()) assert.ok(Math.abs(loss - several[i]!) < 1e-5, `step ${i + 1}: ${loss} and ${several[i]}`);
  const model = await smallModel(device);
  const bytes = async (microBatchRows: number | null): Promise<number> =>
    (await planWarmStart({ device, model, task: addition, config: configOf({ microBatchRows }) })).footprint.parts.activations;
  const [few, all] = [await bytes(40), await bytes(null)];
  assert.ok(few < all, `${few} and ${all} bytes`);
  model.destroy();
});

test("the seed says which examples are shown", async () => {
  const [first, again, other] = [await stepsOf({ steps: 4 }), await stepsOf({ steps: 4 }), await stepsOf({ steps: 4 }, { seed: 1 })];
  assert.deepEqual(losses(again), losses(first));
  assert.ok(losses(other).every((loss, i) => loss !== first[i]!.loss));
});

test("the last token of a solution is learned, which ends the answer", async () => {
  const task: Task = { ...addition, solutions: () => [addition.stop] };
  const steps = await stepsOf({ evalEvery: 40 }, { task });
  assert.ok(steps[0]!.loss > 0.1 && steps.at(-1)!.loss < steps[0]!.loss / 2, `loss ${steps[0]!.loss}, then ${steps.at(-1)!.loss}`);
  const { entries } = steps.at(-1)!.evaluation!;
  const ends = entries.filter(({ text }) => text === addition.stop).length;
  assert.ok(ends > entries.length / 2, `${ends} of ${entries.length} answers end at once`);
});
