import assert from "node:assert/strict";
import { test } from "node:test";
import { entropic } from "../../src/control/index.ts";
import { describeMetric, withoutTimes } from "../../src/report/metrics.ts";
import { type EntropyOptions, type GRPOConfig, GRPOTrainer, type GRPOTrainerOptions } from "../../src/rl/grpo_trainer.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import type { RewardInput } from "../../src/rl/scoring/reward_function.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, shape, smallModel, task } from "../small_policy.ts";

const device = await sharedDevice();

const problems = task.problems("train").map((problem, i) => ({ ...problem, level: i % 2 === 0 ? "even" : "odd" }));
const config: GRPOConfig = { ...shape, steps: 99, eval: { prompts: 4, completions: 2 } };

/** A reward that completions differ in, so that no group is without advantage, and that no policy can learn. */
const rewards: GRPOTrainerOptions["rewards"] = [
  { name: "hash", reward: ({ completionIds }) => completionIds.map((ids) => (Array.from(ids).reduce((a, b) => a * 31 + b, 7) % 11) / 11) },
];

async function trainerOf(
  entropy: EntropyOptions,
  more: { readonly config?: GRPOConfig; readonly model?: PolicyModel } & Pick<GRPOTrainerOptions, "classOf" | "controller"> = {},
): Promise<{ trainer: GRPOTrainer; model: PolicyModel }> {
  const { model = await smallModel(device), config: changed, ...own } = more;
  const subject = { problems, rewards: rewards!, stop: task.stop };
  return { trainer: new GRPOTrainer({ device, model, ...subject, entropy, config: { ...config, ...changed }, ...own }), model };
}

const byPosition = [
  { name: "head", target: 2, from: 0 },
  { name: "tail", target: 0.5, from: 1 },
];
const settings: Readonly<Record<string, EntropyOptions>> = {
  aec: { controller: "aec", target: 2.4, delta: 0.001 },
  bonus: { controller: "bonus", coefficient: 0.01 },
  entrocraft: { controller: "entrocraft", low: 2.2, high: 2.3 },
  "automatic gains": { target: 1.2, gains: "auto" },
  "automatic target": { target: "auto", anchorSteps: 1 },
  classes: { classes: byPosition },
  "points for classes, then release": {
    classes: byPosition.map((one) => ({
      ...one,
      target: [
        [0, 2],
        [1, 1],
      ] as [number, number][],
    })),
    release: 0.01,
  },
  "target spread": { target: "spread", anchorSteps: 1 },
  "target right, as a floor in a program of steps": { target: "right", anchorSteps: 1, release: 0.02 },
  "target group": { target: "group", rho: 0.5, release: 0.02 },
  "target gap": { target: "gap", anchorSteps: 1, mode: "hold" },
};

for (const [name, entropy] of Object.entries(settings)) {
  test(`${name}: metrics are finite and documented, and a resumed run goes on bit for bit, controller included`, async () => {
    const whole = await trainerOf(entropy);
    const expected = await run(() => whole.trainer.step(), 4);
    for (const [metric, value] of Object.entries(expected[3]!)) {
      assert.ok(Number.isFinite(value), `${metric} is ${value}`);
      assert.ok(metric === "step" || describeMetric(metric), `${metric} is not documented`);
    }
    const first = await trainerOf(entropy);
    await run(() => first.trainer.step(), 2);
    const saved = await first.trainer.save();
    const throughJson = { ...saved, state: JSON.parse(JSON.stringify(saved.state)) as typeof saved.state };
    const second = await trainerOf(entropy, { model: await first.model.clone() });
    await second.trainer.load(throughJson);
    assert.deepEqual((await run(() => second.trainer.step(), 2)).map(withoutTimes), expected.slice(2).map(withoutTimes));
    for (const { trainer } of [whole, first, second]) await trainer.destroy();
  });
}

test("points and release follow the share of the run, in one pass or in several; a run made longer takes control up again", async () => {
  const points: [number, number][] = [
    [0, 2],
    [1, 1],
  ];
  const entropy: EntropyOptions = { target: points, mode: "hold", release: 0.5 };
  const short = { config: { steps: 4 } };
  const whole = await trainerOf(entropy, short);
  const split = await trainerOf(entropy, { config: { ...short.config, microBatchRows: 37 } });
  const seen = await run(() => whole.trainer.step(), 4);
  const others = await run(() => split.trainer.step(), 4);
  for (const steps of [seen, others]) {
    assert.deepEqual(
      steps.map((one) => [one["entropic/target"], one["entropic/released"]]),
      [2, 1.75, 1.5, 1.25].map((target, i) => [target, i === 3 ? 1 : 0]),
    );
    assert.ok(Math.abs(steps[2]!["entropic/alpha"]!) > 0 && Math.abs(steps[3]!["entropic/alpha"]!) === 0);
  }
  const longer = await trainerOf(entropy, { model: await whole.model.clone(), config: { steps: 40 } });
  await longer.trainer.load(await whole.trainer.save());
  const [next] = await run(() => longer.trainer.step(), 1);
  assert.equal(next!["entropic/released"], 0);
  assert.ok(Math.abs(next!["entropic/target"]! - 1.9) < 1e-6 && Math.abs(next!["entropic/alpha"]!) > 0);
  for (const { trainer } of [whole, split, longer]) await trainer.destroy();
});

test("a target that finds itself is told the share of groups with spread", async () => {
  const { trainer } = await trainerOf({ target: "spread", anchorSteps: 1 });
  const alike = {
    name: "alike",
    reward: ({ completionIds }: RewardInput) => completionIds.map(() => 1),
  };
  const none = new GRPOTrainer({
    device,
    model: await smallModel(device),
    problems,
    rewards: [alike],
    stop: task.stop,
    config,
    entropy: { target: "spread" },
  });
  for (const [one, expected] of [
    [trainer, 1],
    [none, 0],
  ] as const) {
    const [metrics] = await run(() => one.step(), 1);
    assert.equal(metrics!["entropic/signal"], 1 - metrics!.frac_reward_zero_std!);
    assert.equal(metrics!["entropic/signal"], expected);
    await one.destroy();
  }
});

test("a state of another controller or of other classes is refused in one line", async () => {
  const { trainer, model } = await trainerOf({ target: 1 });
  await run(() => trainer.step(), 1);
  const saved = await trainer.save();
  for (const [entropy, own] of [
    [{ controller: "aec" }, "controller aec without classes"],
    [{ classes: byPosition }, "controller pi with classes head, tail"],
  ] as const) {
    const other = await trainerOf(entropy, { model: await model.clone() });
    const remedy = "resume with the entropy options it was saved under, or train anew from the checkpoint's weights";
    await assert.rejects(other.trainer.load(saved), {
      message: `the saved state is of controller pi without classes, this run has ${own}: ${remedy}`,
    });
    await other.trainer.destroy();
  }
  await trainer.destroy();
});

test("two classes of one policy are driven apart, whichever is to be the more certain one", async () => {
  // Their tokens share all weights of a tiny model, so targets on both sides pull at each other: what counts is the difference.
  const gapOf = async (head: number, tail: number): Promise<number> => {
    const classes = byPosition.map((one, i) => ({ ...one, target: [head, tail][i]! }));
    const { trainer } = await trainerOf({ classes, ki: 0 }, { config: { prompts: 24, completions: 8, learningRate: 0.002 } });
    const metrics = (await run(() => trainer.step(), 8)).at(-1)!;
    assert.ok(Math.sign(metrics["entropic/alpha/head"]!) === Math.sign(metrics["entropic/error/head"]!));
    await trainer.destroy();
    return metrics["entropic/entropy/tail"]! - metrics["entropic/entropy/head"]!;
  };
  const [apart, together] = [await gapOf(0.1, 2.4), await gapOf(2, 0.5)];
  assert.ok(apart > 0.5 && together < 0.2, `tail - head: ${apart} with the head to be certain, ${together} with the tail`);
});

test("classes come from a column of the problems or from a function, and an unknown one is named", async () => {
  const levels = [
    { name: "even", target: 1 },
    { name: "odd", target: 2 },
  ];
  const column = await trainerOf({ classes: levels, classBy: "level" });
  const own = await trainerOf({ classes: levels }, { classOf: ({ problem }) => String(problem.level) });
  assert.deepEqual(
    (await run(() => own.trainer.step(), 2)).map(withoutTimes),
    (await run(() => column.trainer.step(), 2)).map(withoutTimes),
  );
  const missing = await trainerOf({ classes: levels, classBy: "colour" });
  await assert.rejects(
    missing.trainer.step(),
    /problem "\d\+\d=" in its column colour gives the token class undefined; it must be one of even, odd/,
  );
  const wrong = await trainerOf({ classes: levels }, { classOf: () => "both" });
  await assert.rejects(wrong.trainer.step(), /the function classOf gives the token class "both"; it must be one of even, odd/);
  const controller = entropic({ target: 0, classes: levels });
  const none = await trainerOf({}, { controller });
  await assert.rejects(none.trainer.step(), /entropy.classes has no class from position 0; give each its from/);
  for (const { trainer } of [column, own, missing, wrong, none]) await trainer.destroy();
});

test("with classes, micro-batches add up to the same gradient as one batch, in each class", async () => {
  const entropy = { classes: byPosition, kp: 0.3, ki: 0 };
  const whole = await trainerOf(entropy, {});
  const split = await trainerOf(entropy, { config: { microBatchRows: 37 } });
  const [a] = await run(() => whole.trainer.step(), 1);
  const [b] = await run(() => split.trainer.step(), 1);
  for (const name of ["loss", "grad_norm", "entropy", "entropic/alpha/head", "entropic/alpha/tail", "entropic/error/tail"] as const) {
    assert.ok(
      Math.abs(a![name]! - b![name]!) < 1e-4 * (1 + Math.abs(a![name]!)),
      `${name}: ${a![name]} in one batch, ${b![name]} in several`,
    );
  }
  for (const { trainer } of [whole, split]) await trainer.destroy();
});
