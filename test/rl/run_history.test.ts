import assert from "node:assert/strict";
import { test } from "node:test";
import { createReplay } from "../../src/rl/sampling/replay.ts";
import { loadGroup, savedGroup, saveGroup } from "../../src/rl/sampling/replay_state.ts";
import type { RolloutEntry } from "../../src/rl/sampling/rollout.ts";
import type { RewardInput } from "../../src/rl/scoring/rewards.ts";
import { parseTrainerState } from "../../src/rl/trainer_state.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, type SmallRun, smallConfig, smallModel, smallTrainer, task, untimed } from "../small_policy.ts";

const device = await sharedDevice();

/** Half of the problems never have a difference to learn from. */
const half = ({ prompts, completionIds }: RewardInput) =>
  completionIds.map((ids, i) => (Number(prompts[i]![0]) % 2 === 0 ? 0 : (ids[0] ?? 0) / 10));

const replaying: SmallRun = { grpo: { replay: 5, microBatchRows: 37 }, rewards: [{ name: "half", reward: half }] };
const resetting: SmallRun = { grpo: { beta: 0.1, referenceReset: 2, learningRate: 0.01 } };

test("replay: groups that teach nothing are replaced by the newest that taught, with the log-probabilities of their time", async () => {
  const { trainer, model } = await smallTrainer(device, replaying);
  const steps = [await trainer.train(), await trainer.train(), await trainer.train()];
  const differs = (rewards: readonly (number | null)[]): boolean => new Set(rewards).size > 1;
  const groups = (step: (typeof steps)[number]) =>
    Array.from({ length: 6 }, (_, group) => {
      return { rewards: step.rewards.slice(4 * group, 4 * group + 4), entries: step.entries.slice(4 * group, 4 * group + 4) };
    });
  const [first, second] = steps.map((step) => groups(step));
  const taught = first!.filter(({ rewards }) => differs(rewards)).slice(-5);
  assert.ok(taught.length > 0 && taught.length < 6, `${taught.length} groups of the first step teach`);
  assert.equal(steps[0]!.metrics["replay/fraction"], 0);
  assert.equal(steps[0]!.metrics["replay/kept"], taught.length);
  const again = second!.filter(({ entries }) => taught.some((group) => group.entries[0] === entries[0]));
  assert.ok(again.length > 0, "nothing was replayed");
  assert.ok(
    again.some(({ entries }) => entries[0] === taught.at(-1)!.entries[0]),
    "the newest is not among them",
  );
  assert.equal(steps[1]!.metrics["replay/fraction"], again.length / 6);
  assert.equal(steps[1]!.metrics["replay/age"], 1);
  // The policy has moved since, which the ratio of the second step's first update shows.
  const moved = steps.map(({ metrics }) => metrics["sampling/sampling_logp_difference/max"]!);
  assert.ok(moved[0]! < 1e-4 && moved[1]! > 1e-3, `${moved}`);
  trainer.destroy();
  model.destroy();
});

test("replay by hand: the newest first, each at most once a step, and the last ones are kept", () => {
  const group = (name: string, spread: number) => ({
    entries: [name, name].map((text) => ({ text, completion: { logprobs: [-1], entropies: [1] } })) as unknown as RolloutEntry[],
    scores: { rewards: [0, spread], byFunction: new Map([["r", [0, spread]]]), parts: [{ weight: 1, scores: [0, spread] }] },
  });
  const rollout = (...groups: ReturnType<typeof group>[]) => ({
    entries: groups.flatMap(({ entries }) => entries),
    scores: {
      rewards: groups.flatMap(({ scores }) => scores.rewards),
      byFunction: new Map([["r", groups.flatMap(({ scores }) => scores.rewards)]]),
      parts: [{ weight: 1, scores: groups.flatMap(({ scores }) => scores.rewards) }],
    },
  });
  const replay = createReplay({ most: 3, completions: 2, advantage: "grpo", advantageK: 4 });
  const names = (entries: readonly RolloutEntry[]): string[] => entries.filter((_, i) => i % 2 === 0).map(({ text }) => text);
  assert.deepEqual(names(replay.replace(rollout(group("a", 1), group("b", 0), group("c", 1)), 0).trained.entries), ["a", "b", "c"]);
  const next = replay.replace(rollout(group("d", 0), group("e", 2), group("f", 0)), 1);
  assert.deepEqual(names(next.trained.entries), ["c", "e", "a"]);
  assert.deepEqual(next.trained.scores.rewards, [0, 1, 0, 2, 0, 1]);
  assert.deepEqual([next.ages, next.kept], [[1, 1], 3]);
  const last = replay.replace(rollout(group("g", 0), group("h", 0), group("i", 0), group("j", 0)), 5);
  assert.deepEqual(names(last.trained.entries), ["e", "c", "a", "j"]);
  assert.deepEqual(last.ages, [4, 5, 5]);
  replay.replace(rollout(group("k", 1), group("l", 1)), 6);
  assert.deepEqual(
    replay.groups.map(({ entries, step }) => [entries[0]!.text, step]),
    [
      ["e", 1],
      ["k", 6],
      ["l", 6],
    ],
  );
});

test("a kept group survives a checkpoint bit for bit, and one of another run is refused", async () => {
  const { trainer, model } = await smallTrainer(device, replaying);
  const { entries, rewards } = await trainer.train();
  const [own] = [entries.slice(0, 4)];
  const byToken = own!.map(({ completion }) => Float64Array.from(completion.ids, (id) => id / 3));
  const scores = {
    rewards: rewards.slice(0, 4),
    byFunction: new Map([["half", [1, null, 0, 0.1]]]),
    parts: [{ weight: 0.5, scores: [1, null, 0, 0.1] }],
    byToken,
  };
  const subject = { model, trainProblems: task.problems("train"), rewards: [{ name: "half" }], config: smallConfig() };
  const saved = savedGroup.parse(JSON.parse(JSON.stringify(saveGroup({ step: 3, entries: own!, scores }, subject))));
  assert.deepEqual(loadGroup(saved, subject, 4), { step: 3, entries: own, scores });
  const refused = /keeps a group of problem \d+ for replay which is none of this run/;
  assert.throws(() => loadGroup(saved, subject, 8), refused);
  assert.throws(() => loadGroup(saved, { ...subject, rewards: [{ name: "other" }] }, 4), refused);
  const punishing = { ...subject, config: smallConfig({ grpo: { overlongBuffer: 2 } }) };
  const withPunishment =
    /none of this run: its rewards are "half", and this run has "half", "overlong"; resume with .* grpo\.overlongBuffer/;
  assert.throws(() => loadGroup(saved, punishing, 4), withPunishment);
  const [half] = saved.functions;
  const punished = { ...saved, functions: [half!, { ...half!, name: "overlong" }] };
  assert.throws(() => loadGroup(punished, subject, 4), /its rewards are "half", "overlong", and this run has "half"; resume/);
  assert.deepEqual([...loadGroup(punished, punishing, 4).scores.byFunction.keys()], ["half", "overlong"]);
  assert.throws(() => loadGroup({ ...saved, problem: 1e6 }, subject, 4), refused);
  assert.throws(() => loadGroup({ ...saved, logprobs: saved.logprobs.slice(4) }, subject, 4), refused);
  assert.throws(() => loadGroup({ ...saved, tokenRewards: "%" }, subject, 4), refused);
  trainer.destroy();
  model.destroy();
});

for (const [name, options, before] of [
  ["replay", replaying, 2],
  ["a reference that was reset", resetting, 3],
  ["a reference that is reset next", resetting, 2],
] as const) {
  test(`a run with ${name} has the same bits after it was resumed`, async () => {
    const start = await smallModel(device);
    const whole = await smallTrainer(device, { ...options, model: await start.clone() });
    const expected = await run(whole.trainer.train, 4);
    const first = await smallTrainer(device, { ...options, model: await start.clone() });
    await run(first.trainer.train, before);
    const { state, moments } = await first.trainer.save();
    const second = await smallTrainer(device, { ...options, model: await first.model.clone(), reference: start });
    second.trainer.load({ state: parseTrainerState(JSON.parse(JSON.stringify(state))), moments });
    assert.deepEqual(untimed(await run(second.trainer.train, 4 - before)), untimed(expected.slice(before)));
    for (const { trainer, model } of [whole, first, second]) {
      trainer.destroy();
      model.destroy();
    }
    start.destroy();
  });
}

test("a checkpoint that keeps a group of numbers which are not finite is resumed without it", async () => {
  const { trainer, model } = await smallTrainer(device, replaying);
  await trainer.train();
  const { state, moments } = await trainer.save();
  const kept = state.replay!;
  const [first] = kept;
  const tokens = first!.lengths.reduce((sum, length) => sum + length, 0);
  const logprobs = Buffer.from(new Float32Array(tokens).fill(Number.NaN).buffer).toString("base64");
  const resumed = await smallTrainer(device, replaying);
  const earlier = { ...state, replay: [...kept, { ...first!, logprobs }] };
  resumed.trainer.load({ state: parseTrainerState(JSON.parse(JSON.stringify(earlier))), moments });
  assert.deepEqual((await resumed.trainer.save()).state.replay, kept);
  for (const one of [{ trainer, model }, resumed]) {
    one.trainer.destroy();
    one.model.destroy();
  }
});

test("a reset makes the policy its own reference, and AdamW forgets its moments", async () => {
  const { trainer, model } = await smallTrainer(device, resetting);
  const metrics = await run(trainer.train, 4);
  assert.deepEqual(
    metrics.map((line) => line["reference/age"]),
    [0, 1, 0, 1],
  );
  // A step that begins at its reference has no divergence but that of rounding; the next one has.
  for (const [step, line] of metrics.entries()) {
    assert.ok(step % 2 === 0 ? line.kl! < 1e-8 : line.kl! > 1e-5, `kl ${line.kl} in step ${step + 1}`);
  }
  const { state, moments } = await trainer.save();
  assert.equal(state.referenceStep, 2);
  assert.equal(state.optimizer[0], 2, "AdamW counts from the reset");
  assert.ok([...moments.keys()].some((key) => key.startsWith("reference.")));
  trainer.destroy();
  model.destroy();
});

test("a state is refused by a trainer whose reference cannot become that of the state", async () => {
  const [one, other] = [await smallTrainer(device, resetting), await smallTrainer(device, resetting)];
  await run(one.trainer.train, 3);
  await other.trainer.train();
  const early = await other.trainer.save();
  assert.throws(() => one.trainer.load(early), /before the first grpo.referenceReset.*load it into a new trainer/);
  const { trainer: still } = await smallTrainer(device, { grpo: { beta: 0.1 } });
  const late = await one.trainer.save();
  assert.throws(() => still.load(late), /has a reference of its own, of step 2; resume with the grpo.referenceReset it was saved under/);
  for (const trainer of [one.trainer, other.trainer, still]) trainer.destroy();
});
