import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../../src/node/open_device.ts";
import { createSampler } from "../../../src/policy/sampler.ts";
import { parseTrainConfig } from "../../../src/rl/config/index.ts";
import type { Evaluation } from "../../../src/rl/evaluation/evaluate.ts";
import { evaluationMetrics } from "../../../src/rl/evaluation/evaluation_metrics.ts";
import type { NamedReward } from "../../../src/rl/scoring/rewards.ts";
import { createTrainer, type Trainer, type TrainerOptions } from "../../../src/rl/trainer.ts";
import { parseTrainerState } from "../../../src/rl/trainer_state.ts";
import { rewards, shape, smallModel, task } from "../../small_policy.ts";

const device = await openDevice();
const model = await smallModel(device);
after(() => {
  model.destroy();
  device.destroy();
});

const tagged = (split: "train" | "eval") =>
  task.problems(split).map((problem, i) => ({ ...problem, ...(i % 3 > 0 && { tag: i % 3 === 1 ? "one" : "two" }) }));

async function trainerOf(evaluation: object = {}, grpo: object = {}, given: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const config = parseTrainConfig({
    ...{ model: "small", task: { name: "addition", digits: 1 }, entropy: { target: 1.2 } },
    grpo: { ...shape, ...grpo },
    eval: { prompts: 9, completions: 4, ...evaluation },
  });
  const subject = { trainProblems: tagged("train"), evalProblems: tagged("eval"), rewards, stop: [task.stop] };
  return createTrainer({ device, config, ...subject, ...given, model: given.model ?? (await model.clone()) });
}

const base = { device, model: model.module, sequences: 5, promptRows: 20, maxLength: 16, maxNewTokens: 12, stopTokens: [] };
const prompts = Array.from({ length: 7 }, (_, key) => ({ ids: [1, 2, 3].slice(key % 3), key: key * 77 }));

test("a sampler draws at any temperature as one that was built for it, and builds nothing for that", async () => {
  for (const filter of [
    { topK: 0, topP: 1 },
    { topK: 5, topP: 0.9 },
  ]) {
    const sampler = await createSampler({ ...base, sampling: { temperature: 1, ...filter } });
    const own = await sampler.generate(prompts, 5);
    const before = { ...device.stats };
    const at = new Map<number, Awaited<ReturnType<typeof sampler.generate>>>();
    for (const temperature of [0.3, 0, 2.5]) at.set(temperature, await sampler.generate(prompts, 5, { temperature }));
    assert.deepEqual(await sampler.generate(prompts, 5), own, "its own temperature comes back");
    const { pipelines, bindGroups, buffers } = device.stats;
    assert.deepEqual(
      { pipelines, bindGroups, buffers },
      { pipelines: before.pipelines, bindGroups: before.bindGroups, buffers: before.buffers },
    );
    for (const [temperature, completions] of at) {
      const other = await createSampler({ ...base, sampling: { temperature, ...filter } });
      assert.deepEqual(await other.generate(prompts, 5), completions, `temperature ${temperature}`);
      other.destroy();
    }
    await assert.rejects(sampler.generate(prompts, 5, { temperature: -1 }), /temperature is -1; it must be 0 or above/);
    sampler.destroy();
  }
});

test("a greedy sampler with filters has left them out, so it stays greedy", async () => {
  const sampler = await createSampler({ ...base, sampling: { temperature: 0, topK: 3, topP: 1 } });
  await assert.rejects(sampler.generate(prompts, 5, { temperature: 1 }), /built greedy, without its filters, so it must be 0/);
  sampler.destroy();
});

test("an evaluation's further measures go under their names, and change nothing of the others", async () => {
  const plain = await trainerOf();
  const usual = evaluationMetrics(await plain.evaluate());
  plain.destroy();
  const trainer = await trainerOf({ ks: [2, 3], temperatures: [0.5, 1], entropies: [0.8, 0.0001] });
  const evaluation = await trainer.evaluate();
  const metrics = evaluationMetrics(evaluation) as Record<string, number>;
  for (const [name, value] of Object.entries(usual)) assert.equal(metrics[name], value, name);
  for (const name of ["eval/pass@2", "eval/pass@3", "eval/T0.5/pass@1", "eval/T0.5/pass@4", "eval/T0.5/entropy", "eval/tags/two/pass@2"]) {
    assert.ok(metrics[name]! >= 0, name);
  }
  assert.equal(metrics["eval/T1/pass@1"], metrics["eval/pass@1"], "the policy's own temperature");
  assert.ok(metrics["eval/T0.5/entropy"]! < metrics["eval/entropy"]!);
  assert.ok(Math.abs(metrics["eval/H0.8/entropy"]! - 0.8) < 0.08 && metrics["eval/H0.8/temperature"]! < 1);
  assert.ok(!("eval/H0.0001/pass@1" in metrics));
  assert.match(evaluation.further.notes.join("\n"), /^no temperature gives an entropy of 0.0001 nats: [^\n]*$/);
  trainer.destroy();
});

test("the entropy of the evaluation is that of the distribution which is sampled from, also where training filters tokens", async () => {
  const filtered = await trainerOf({ temperatures: [1] }, { topK: 3 });
  const whole = await trainerOf({ temperatures: [0.5] });
  const [left, right] = [await filtered.evaluate(), await whole.evaluate()];
  const at = ({ further }: Evaluation) => further.atTemperatures[0]!;
  assert.equal(at(left).entropy, right.entropy, "topK is off at further temperatures");
  assert.equal(left.greedy, right.greedy);
  for (const trainer of [filtered, whole]) trainer.destroy();
});

test("strata add up to the whole", async () => {
  const trainer = await trainerOf();
  const { strata, passAt1, greedy } = await trainer.evaluate();
  assert.deepEqual(
    strata.map(({ tag, problems }) => [tag, problems]),
    [
      ["one", 3],
      ["two", 3],
    ],
  );
  const rest = 9 * passAt1 - 3 * strata.reduce((sum, { passAt }) => sum + passAt.get(1)!.mean, 0);
  assert.ok(rest > -1e-9 && rest < 3 + 1e-9, "the untagged third");
  const greedyRest = 9 * greedy! - 3 * strata.reduce((sum, stratum) => sum + stratum.greedy!, 0);
  assert.ok([0, 1, 2, 3].some((count) => Math.abs(greedyRest - count) < 1e-9));
  trainer.destroy();
});

/** Half of the problems are right after an even number of steps, and the others after an odd one. */
const byTurns: NamedReward = {
  name: "by turns",
  reward: ({ prompts, state }) => prompts.map((prompt) => (prompt.charCodeAt(0) + prompt.charCodeAt(2) + state.step) % 2),
};

test("a resumed run knows what was ever solved, to the digit", async () => {
  const other = await smallModel(device);
  const whole = await trainerOf({}, {}, { rewards: [byTurns] });
  const expected = await evaluatedSteps(whole, [0, 1, 2, 3]);
  whole.destroy();
  const first = await trainerOf({}, {}, { model: other, rewards: [byTurns] });
  assert.deepEqual(await evaluatedSteps(first, [0, 1]), expected.slice(0, 2));
  const { state, moments } = await first.save();
  const second = await trainerOf({}, {}, { model: await other.clone(), rewards: [byTurns] });
  first.destroy();
  second.load({ state: parseTrainerState(JSON.parse(JSON.stringify(state))), moments });
  assert.deepEqual(await evaluatedSteps(second, [2, 3]), expected.slice(2));
  second.destroy();
  const last = expected[3]!;
  assert.ok(last["train/seen"]! > expected[0]!["train/seen"]! && expected[0]!["train/seen"] === 0);
  assert.ok(
    expected.slice(2).some((known) => known["eval/ever_solved"]! > known["eval/solved"]!),
    "else the record tells nothing",
  );
  assert.ok(last["train/ever_solved"]! > 0 && last["train/tags/two/ever_solved"]! > 0);
});

/** What is known of solved problems before each of some steps. */
async function evaluatedSteps(trainer: Trainer, steps: readonly number[]): Promise<Record<string, number>[]> {
  const known: Record<string, number>[] = [];
  for (const step of steps) {
    assert.equal(trainer.step, step);
    const metrics = Object.entries(evaluationMetrics(await trainer.evaluate())) as [string, number][];
    known.push(Object.fromEntries(metrics.filter(([name]) => /solved|seen/.test(name))));
    await trainer.train();
  }
  return known;
}
