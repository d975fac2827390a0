import assert from "node:assert/strict";
import { after, test } from "node:test";
import { clip, entropic } from "../../src/control/index.ts";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { losses } from "../../src/loss/index.ts";
import { createModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";
import { GRPOTrainer, type GRPOTrainerOptions } from "../../src/rl/grpo_trainer.ts";
import type { RewardInput } from "../../src/rl/scoring/rewards.ts";
import { createTrainer, type TrainerOptions } from "../../src/rl/trainer.ts";
import { tasks } from "../../src/tasks/index.ts";

const task = tasks.addition({ digits: 1 });
const tokenizer = characterTokenizer(task.alphabet);
const size = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 12, max_position_embeddings: 12 };
const device = await openDevice();
const model = await createModel(device, {
  config: { model_type: "llama", vocab_size: tokenizer.vocabSize, tie_word_embeddings: true, ...size },
  tokenizer,
  seed: 3,
});
after(() => device.destroy());

const config = { prompts: 2, completions: 4, maxNewTokens: 3 };
const own = { problems: [{ prompt: "1+1=" }], rewards: [({ completions }: RewardInput) => completions.map(() => 0)], stop: "$" };
const make = (options: unknown) => (): GRPOTrainer => new GRPOTrainer(options as GRPOTrainerOptions);

function refused(options: unknown, expected: RegExp): void {
  assert.throws(
    make(options),
    (error: Error) => {
      assert.equal(error.name, "ConfigError", error.stack);
      assert.match(error.message, expected);
      assert.ok(!error.message.includes("\n"), error.message);
      return true;
    },
    String(expected),
  );
}

test("options that the trainer does not know are refused, with what was meant", () => {
  const given = { device, model, task, config };
  for (const [option, expected] of [
    ["reward_funcs", /^reward_funcs is not a known option of GRPOTrainer; what TRL calls reward_funcs is rewards$/],
    ["train_dataset", /what TRL calls train_dataset is problems$/],
    ["evalDataset", /what TRL calls eval_dataset is evalProblems$/],
    ["args", /what TRL calls args is config$/],
    ["peft_config", /what TRL calls peft_config is lora of loadModel$/],
    ["processing_class", /TRL's processing_class has no counterpart: leave it out, because the model brings its tokenizer$/],
    ["learning_rate", /what TRL calls learning_rate is config\.learningRate$/],
    ["num_generations_eval", /what TRL calls num_generations_eval is config\.eval\.completions$/],
    ["bf16", /TRL's bf16 has no counterpart: leave it out; config\.activations/],
    ["steps", /^steps is not a known option of GRPOTrainer; did you mean config\.steps\?$/],
    ["seed", /did you mean config\.seed\?$/],
    ["evalproblems", /did you mean evalProblems\?$/],
    ["nonsense", /; its options are device, model, reference, /],
  ] as const) {
    refused({ ...given, [option]: 1 }, expected);
  }
});

test("a device, a model and a task that are none are refused with how to get one", () => {
  for (const [options, expected] of [
    [undefined, /^the options of GRPOTrainer are undefined; give an object with any of device, model,/],
    ["task", /^the options of GRPOTrainer are "task"; /],
    [{ model, task, config }, /^device is missing; it must be an open GPU: await openDevice\(\)$/],
    [{ device: Promise.resolve(device), model, task, config }, /^device is a promise; it must be an open GPU: await openDevice\(\)$/],
    [{ device: "lavapipe", model, task, config }, /^device is "lavapipe"; it must be an open GPU/],
    [{ device, task, config }, /^model is missing; it must be a loaded model, such as await loadModel\(device, "countdown-base"\)$/],
    [{ device, model: Promise.resolve(model), task, config }, /^model is a promise; it must be a loaded model, such as await loadModel/],
    [
      { device, model: "org/name", task, config },
      /^model is "org\/name"; it must be a loaded model, such as await loadModel\(device, "org\/name"\)$/,
    ],
    [{ device, model: model.module, task, config }, /^model is a mapping; it must be a loaded model/],
    [{ device, model, reference: Promise.resolve(model), task, config }, /^reference is a promise; it must be a loaded model/],
    [
      { device, model, task: { name: "x" }, config },
      /^task is a mapping without problems; it must be a task, such as tasks\.countdown\(\)/,
    ],
    [{ device, model, task: "sort", config }, /^task is "sort"; it must be a task, such as tasks\.sort\(\)$/],
    [{ device, model, task: tasks.sort, config }, /^task is a function; it must be a task, such as tasks\.countdown\(\)$/],
    [{ device, model, config }, /^task is missing; it must be a task, such as tasks\.countdown\(\), or give problems, rewards and stop$/],
    [{ device, model, task, config: 3 }, /^config is 3; it must be a mapping/],
    [
      { device, model, task, signal: new AbortController() },
      /^signal is a mapping; it must be an AbortSignal, such as controller\.signal$/,
    ],
    [{ device, model, task, onStep: "x" }, /^onStep is "x"; it must be a function$/],
    [
      { device, model, task, problems: [{ prompt: "1+1=" }], stop: "$", config },
      /^task has its own .*problems.*stop.*; leave task out, or problems and stop$/,
    ],
  ] as const) {
    refused(options, expected);
  }
});

test("a task that is undefined is one that is left out", async () => {
  const trainer = new GRPOTrainer({ device, model, ...own, config, task: undefined } as GRPOTrainerOptions);
  assert.equal(trainer.config.task.name, "own-problems");
  assert.equal((await trainer.step()).metrics.step, 1);
  await trainer.destroy();
});

test("a reward by its name is answered with the function of that name, whether a task is given or not", () => {
  for (const given of [
    { device, model, config, ...own },
    { device, model, config, task },
  ]) {
    refused({ ...given, rewards: ["math"] }, /^rewards\.0 is "math"; it must be a function, .*; did you mean rewardFunctions\.math\(\)\?$/);
    refused({ ...given, rewards: [own.rewards[0], "exakt"] }, /^rewards\.1 is "exakt"; .*; did you mean rewardFunctions\.exact\(\)\?$/);
    refused({ ...given, rewards: ["cosine"] }, /; its names are rewardFunctions\.math\(\), .*/);
    refused({ ...given, rewards: "math" }, /^rewards is "math"; it must be a list of functions/);
  }
});

test("a loss or a controller that is none is answered with the call that makes one, by createTrainer too", async () => {
  const parsed = parseTrainConfig({ model: "m", task: { name: "addition" }, grpo: config });
  const subject = { trainProblems: own.problems, evalProblems: [], rewards: [{ name: "none", reward: own.rewards[0]! }], stop: ["$"] };
  for (const [options, message] of [
    [{ loss: losses.sapo }, "loss is a function; it must be a policy loss, such as losses.sapo()"],
    [{ loss: losses["ppo-clip"] }, 'loss is a function; it must be a policy loss, such as losses["ppo-clip"]()'],
    [{ loss: "gpso" }, 'loss is "gpso"; it must be a policy loss, such as losses.gspo()'],
    [{ loss: { name: "mine" } }, "loss is a mapping; it must be a policy loss, such as losses.sapo()"],
    [{ controller: entropic }, "controller is a function; it must be a controller, such as entropic()"],
    [{ controller: clip }, "controller is a function; it must be a controller, such as clip()"],
    [{ controller: "aec" }, 'controller is "aec"; it must be a controller, such as aec()'],
    [{ controller: { target: 0.3 } }, "controller is a mapping; it must be a controller, such as entropic()"],
  ] as const) {
    assert.throws(make({ device, model, task, config, ...options }), { name: "ConfigError", message });
    const given = { device, model, config: parsed, ...subject, ...options } as unknown as TrainerOptions;
    await assert.rejects(createTrainer(given), { name: "ConfigError", message });
  }
});

test("a reward that is a mapping is checked by GRPOTrainer and createTrainer", async () => {
  const [reward] = own.rewards;
  refused(
    { device, model, config, task, rewards: [reward, { name: "x", reward, wieght: 2 }] },
    /^rewards\.1\.wieght is not a known key; did you mean weight\?$/,
  );
  const rewards = [{ name: "x", reward: reward!, timeout: 1e7 }];
  refused({ device, model, config, ...own, rewards }, /^rewards\.0\.timeout is 10000000; it must be a number above 0 and at most 86400$/);
  const parsed = parseTrainConfig({ model: "m", task: { name: "addition" }, grpo: config });
  const given: TrainerOptions = { device, model, config: parsed, trainProblems: own.problems, evalProblems: [], rewards, stop: ["$"] };
  await assert.rejects(createTrainer(given), /^ConfigError: rewards\.0\.timeout is 10000000; /);
});

test("a loss or a controller that is given as an object is held to what the same name in config is", async () => {
  const given = { device, model, task };
  const [ppo, reinforce, gspo, cispo] = [losses["ppo-clip"](), losses.reinforce(), losses.gspo(), losses.cispo()];
  for (const [options, expected] of [
    [{ loss: reinforce, config: { ...config, replay: 32 } }, /^grpo\.replay is 32; it must be 0 with loss reinforce, which has no ratio/],
    [{ loss: gspo, config: { ...config, icepop: [0.5, 2] } }, /^grpo\.icepop is \[0\.5,2\]; it must be null with loss gspo/],
    [{ loss: gspo, config: { ...config, tokenShare: 0.2 } }, /^grpo\.tokenShare is 0\.2; it must be 1 with loss gspo/],
    [{ loss: { ...gspo, name: "mine" }, config: { ...config, tokenShare: 0.2 } }, /it must be 1 with loss mine/],
    [{ controller: clip(), config }, /^grpo\.updatesPerRollout is 1; it must be at least 2 with controller clip: on the first update/],
    [
      { controller: clip(), loss: cispo, config: { ...config, updatesPerRollout: 2 } },
      /^loss is "cispo"; it must be ppo-clip, gspo with controller clip, which moves the bounds of a clip$/,
    ],
    [
      { controller: clip(), config: { ...config, updatesPerRollout: 2, loss: "cispo" as const } },
      /^grpo\.loss is "cispo"; it must be ppo-clip, gspo with controller clip/,
    ],
    [
      { loss: cispo, entropy: { controller: "clip" }, config: { ...config, updatesPerRollout: 2 } },
      /^loss is "cispo"; it must be ppo-clip, gspo with entropy\.controller clip/,
    ],
  ] as const) {
    refused({ ...given, ...options }, expected);
  }
  for (const options of [
    { loss: ppo, config: { ...config, loss: "reinforce", replay: 3 } },
    { loss: ppo, config: { ...config, loss: "gspo", tokenShare: 0.2, icepop: [0.5, 2] } },
    { loss: ppo, config: { ...config, loss: "two-sided", delta: 1.1 } },
    { loss: { ...cispo, name: "mine", clipMoves: true }, controller: clip(), config: { ...config, updatesPerRollout: 2 } },
    { controller: entropic(), entropy: { controller: "clip" }, config },
  ]) {
    make({ ...given, ...options })();
  }
});

test("what the configuration names and an object replaces does not count when the target changes either", async () => {
  const options = { device, model, task, config: { ...config, loss: "gspo", tokenShare: 0.5 } as const };
  const trainer = new GRPOTrainer({ ...options, loss: losses["ppo-clip"]() });
  await trainer.setTarget(0.5);
  assert.equal(trainer.config.entropy.target, 0.5);
  await trainer.destroy();
});

test("createTrainer holds what it is given to the same", async () => {
  const parsed = parseTrainConfig({ model: "m", task: { name: "addition" }, grpo: { ...config, replay: 4 } });
  const subject = { trainProblems: own.problems, evalProblems: [], rewards: [{ name: "none", reward: own.rewards[0]! }], stop: ["$"] };
  const options: TrainerOptions = { device, model, config: parsed, ...subject, loss: losses.reinforce() };
  await assert.rejects(createTrainer(options), /^ConfigError: grpo\.replay is 4; it must be 0 with loss reinforce/);
});
