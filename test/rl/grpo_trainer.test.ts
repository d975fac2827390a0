import assert from "node:assert/strict";
import { after, test } from "node:test";
import { entropic, fixed } from "../../src/control/index.ts";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { createModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { diagnosticSettings } from "../../src/rl/diagnostics/index.ts";
import { type GRPOConfig, GRPOTrainer, type GRPOTrainerOptions } from "../../src/rl/grpo_trainer.ts";
import type { RewardInput } from "../../src/rl/scoring/rewards.ts";
import { tasks } from "../../src/tasks/index.ts";

const task = tasks.addition({ digits: 1 });
const tokenizer = characterTokenizer(task.alphabet);
const size = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 12, max_position_embeddings: 12 };
const device = await openDevice();
const model = await createModel(device, {
  config: { model_type: "llama", vocab_size: tokenizer.vocabSize, tie_word_embeddings: true, initializer_range: 0.2, ...size },
  tokenizer,
  seed: 3,
});
after(() => device.destroy());

const config: GRPOConfig = {
  steps: 3,
  prompts: 2,
  completions: 4,
  maxNewTokens: 3,
  learningRate: 0.01,
  eval: { prompts: 2, completions: 2 },
};

function length({ completions }: RewardInput): number[] {
  return completions.map((text) => text.length);
}

test("iterating goes on where it was left, with the defaults of the schema, and ends at config.steps", async () => {
  const trainer = new GRPOTrainer({ device, model, task, config });
  assert.equal(trainer.config.entropy.target, 0.35);
  assert.equal(trainer.config.grpo.clipHigh, 0.2);
  const seen: number[] = [];
  for await (const { step } of trainer) {
    seen.push(step);
    break;
  }
  for await (const metrics of trainer) {
    seen.push(metrics.step);
    assert.ok(Number.isFinite(metrics.loss) && metrics.entropy! > 0 && metrics["rewards/addition/mean"] === metrics.reward);
  }
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal((await trainer.evaluate()).k, 2);
  await trainer.destroy();
});

test("iterating ends at config.steps too where the trainer is destroyed on the way and so begins anew", async () => {
  const trainer = new GRPOTrainer({ device, model, task, config });
  const seen: number[] = [];
  for await (const { step } of trainer) {
    seen.push(step);
    if (seen.length === 2) await trainer.destroy();
    if (seen.length > 5) break;
  }
  assert.deepEqual(seen, [1, 2, 1, 2, 3]);
  await trainer.destroy();
});

test("problems and rewards of one's own, under the function's name; a controller of one's own beside the gate's options", async () => {
  const problems = [{ prompt: "1+1=" }, { prompt: "2+3=" }];
  const control = { controller: fixed({ alpha: -0.25 }), entropy: { gate: "probability", tau: 0 } } as const;
  const trainer = new GRPOTrainer({ device, model, problems, stop: "$", rewards: [length], ...control, config });
  const { metrics, rewards, entries } = await trainer.step();
  assert.equal(metrics["entropic/alpha"], -0.25);
  assert.equal(metrics["entropic/gated_fraction"], 1);
  assert.deepEqual(
    rewards,
    entries.map(({ text }) => text.length),
  );
  assert.equal(metrics["rewards/length/mean"], metrics.reward);
  const { gains, holdsTarget, usesAlpha, gate } = diagnosticSettings(trainer.config, trainer.controller);
  assert.deepEqual({ gains, holdsTarget, usesAlpha, gate }, { gains: undefined, holdsTarget: false, usesAlpha: true, gate: "probability" });
  await trainer.destroy();
});

test("load goes on from what save gave", async () => {
  const one = new GRPOTrainer({ device, model: await model.clone(), task, entropy: { target: 2 }, config });
  const first = await one.step();
  const other = new GRPOTrainer({ device, model, task, entropy: { target: 2 }, config });
  await other.load(await one.save());
  assert.equal(first.metrics.step, 1);
  assert.equal((await other.step()).metrics.step, 2);
  for (const trainer of [one, other]) await trainer.destroy();
});

test("a wrong option is refused in the constructor, by name", () => {
  const make = (options: object): unknown => new GRPOTrainer({ device, model, task, ...options } as GRPOTrainerOptions);
  assert.throws(() => make({ config: { step: 3 } }), /grpo\.step\b.*steps/);
  assert.throws(() => make({ config: { completions: 1 } }), /grpo\.completions is 1/);
  assert.throws(() => make({ entropy: { target: -1 } }), /entropy\.target is -1/);
  assert.throws(() => make({ entropy: { target: 9 } }), /entropy\.target is 9.*at most ln 13/);
  assert.throws(() => make({ controller: entropic({ target: 9 }) }), /entropy\.target is 9.*at most ln 13/);
  assert.throws(() => make({ config: { maxNewTokens: 12 } }), /grpo\.maxNewTokens is 12.*below 12/);
});

test("problems, rewards and a stop that cannot be trained on are refused with what to do, before anything is built", async () => {
  const own = { device, model, config, problems: [{ prompt: "1+1=" }], rewards: [length], stop: "$" };
  const make = (changes: object) => (): GRPOTrainer => new GRPOTrainer({ ...own, ...changes } as GRPOTrainerOptions);
  const chat = [{ role: "user", content: "1+1=" }];
  for (const [changes, expected] of [
    [{ problems: [] }, /problems is empty; give at least one record such as/],
    [{ problems: "1+1=" }, /problems is "1\+1="; it must be a list of records/],
    [{ problems: [{ prompt: "1+1=" }, { prompt: [] }] }, /problems\.1\.prompt is an empty list; it must hold at least one message/],
    [{ problems: [{ prompt: [...chat, { role: "user" }] }] }, /problems\.0\.prompt\.1 is \{"role":"user"\}; it must be a message such as/],
    [{ problems: [{ prompt: 3 }] }, /problems\.0\.prompt is 3; it must be a text/],
    [{ problems: [{ question: "1+1=" }] }, /problems\.0\.prompt is missing/],
    [{ problems: [{ prompt: "" }] }, /problems\.0\.prompt is ""/],
    [{ problems: ["1+1="] }, /problems\.0 is "1\+1="; it must be a record/],
    [{ problems: [{ prompt: "1+1=", tag: 3 }] }, /problems\.0\.tag is 3/],
    [{ evalProblems: [null] }, /evalProblems\.0 is null/],
    [{ stop: undefined }, /stop is missing; it must be the text that ends a completion, such as "\$"/],
    [{ rewards: undefined }, /rewards is missing; it must be a list of functions/],
    [{ rewards: [] }, /no reward function is given/],
    [{ rewards: [3] }, /rewards\.0 is 3; it must be a function, or/],
    [{ rewards: [null] }, /rewards\.0 is null/],
    [{ config: { ...config, num_generations: 8 } }, /what TRL calls num_generations is grpo\.completions/],
  ] as const) {
    assert.throws(make(changes), (error: Error) => error.name === "ConfigError" && expected.test(error.message), JSON.stringify(changes));
  }
  const elsewhere = new GRPOTrainer({ device, model, task: tasks.sort({ length: 2 }), config });
  await assert.rejects(
    elsewhere.step(),
    /ConfigError: this model cannot read the task: "\w" in .*; train on a task of this model's alphabet, or warm-start/,
  );
  await elsewhere.destroy();
  const chatting = new GRPOTrainer({ ...own, problems: [...own.problems, { prompt: chat }] });
  await assert.rejects(chatting.step(), /ConfigError: the training problems\.1: the model has no chat template for a prompt of messages/);
  await chatting.destroy();
  const throwing = new GRPOTrainer({
    ...own,
    rewards: [
      () => {
        throw new TypeError("no");
      },
    ],
  });
  await assert.rejects(throwing.step(), /RewardError: Reward function "reward_0" failed on the prompt "1\+1=": no; mend it/);
  await throwing.destroy();
});
