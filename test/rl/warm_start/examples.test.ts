import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Example } from "../../../src/data_sets/examples.ts";
import { readParameters } from "../../../src/nn/load_parameters.ts";
import { baseOf } from "../../../src/nn/lora.ts";
import { createModel, loadModel, saveModel } from "../../../src/node/load_model.ts";
import { parseSftConfig, type SftConfig } from "../../../src/rl/config/index.ts";
import type { PolicyModel } from "../../../src/rl/model.ts";
import type { NamedReward } from "../../../src/rl/scoring/rewards.ts";
import { lessonsFor } from "../../../src/rl/warm_start/lessons.ts";
import { exampleEncoder } from "../../../src/rl/warm_start/tokens.ts";
import { planWarmStart, type WarmStartStep, warmStart } from "../../../src/rl/warm_start/warm_start.ts";
import { createTask } from "../../../src/tasks/index.ts";
import { origin } from "../../../src/tasks/task.ts";
import { byteLevelTokenizer } from "../../data/tiny_tokenizers.ts";
import { sharedDevice } from "../../shared_device.ts";
import { smallModel, task } from "../../small_policy.ts";

const device = await sharedDevice();
const folder = await mkdtemp(join(tmpdir(), "entropic-examples-"));
after(() => rm(folder, { recursive: true, force: true }));

/** Sums whose answers are as long as they are. */
const sums: readonly Example[] = Array.from({ length: 12 }, (_, i) => ({ prompt: `${i % 5}+${i}=`, completion: `${(i % 5) + i}` }));

function configOf(sft: object, more: object = {}): SftConfig {
  const whole = { steps: 3, batch: 4, learningRate: 0.01, warmupSteps: 0, evalEvery: 1 };
  return parseSftConfig({
    ...{ model: { model_type: "llama" }, task: { data: "sums.jsonl", completion: "answer" }, eval: { prompts: 64, completions: 4 } },
    ...{ sft: { ...whole, ...sft }, ...more },
  });
}

/** A small model whose completions end with the task's end character. */
async function pupil(more: object = {}): Promise<PolicyModel> {
  const model = await smallModel(device, { max_position_embeddings: 24, ...more });
  return { ...model, generation: { eos_token_id: model.tokenizer.encode(task.stop)[0]! } };
}

interface Run {
  readonly model?: PolicyModel;
  readonly train?: readonly Example[];
  readonly heldOut?: readonly Example[];
  readonly rewards?: readonly NamedReward[];
}

async function stepsOf(config: SftConfig, { model, train = sums, heldOut = [], rewards = [] }: Run = {}): Promise<WarmStartStep[]> {
  const learner = model ?? (await pupil());
  const steps: WarmStartStep[] = [];
  for await (const step of warmStart({ device, model: learner, examples: { train, heldOut }, rewards, config })) steps.push(step);
  if (!model) learner.destroy();
  return steps;
}

const exampleTokens = (model: PolicyModel, examples: readonly Example[]) => examples.map(exampleEncoder(model, "examples"));

const lossesOf = (steps: readonly WarmStartStep[]): number[] => steps.map(({ loss }) => loss);
const close = (actual: number, expected: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) < 2e-6, `${what}: ${actual}, expected ${expected}`);

test("a completion has its tokens behind the prompt, and one end token", () => {
  const tokenizer = byteLevelTokenizer({
    merges: [
      ["n", "o"],
      [" ", "no"],
      [":", " "],
    ],
    added: [{ content: "<end>", special: true }],
  });
  const model = { tokenizer, config: { eos_token_id: 259 }, generation: {}, module: { vocabSize: 260 } } as unknown as PolicyModel;
  const words = (prompt: string, completion: string): (string | undefined)[][] => {
    const [tokens] = exampleTokens(model, [{ prompt, completion }]);
    return [tokens!.promptIds, tokens!.completionIds].map((ids) => ids.map((id) => tokenizer.token(id)));
  };
  assert.deepEqual(words("a:", " no"), [
    ["a", ":"],
    ["\u0120no", "<end>"],
  ]);
  assert.deepEqual(words("a", ""), [["a"], ["<end>"]], "an empty completion ends at once");
  assert.deepEqual(words("a", "no<end>"), [["a"], ["no", "<end>"]], "an end that is written out is not written twice");
});

test("a model without an end token, and a text that it cannot read, are refused in one line", async () => {
  const model = await smallModel(device);
  assert.throws(() => exampleTokens(model, sums), /^ConfigError: the model names no end token/);
  const ended = { ...model, generation: { eos_token_id: 1 } };
  assert.throws(
    () => exampleTokens(ended, [{ prompt: "", completion: "1" }]),
    /^ConfigError: examples\.0 has the prompt "", which is no token/,
  );
  const row = { prompt: "1", completion: 3, [origin]: "d row 7" } as unknown as Example;
  assert.throws(() => exampleTokens(ended, [row]), /^ConfigError: d row 7: its completion is 3; it must be a text/);
  assert.throws(() => exampleTokens(ended, [sums[0]!, { prompt: "é", completion: "1" }]), /^ConfigError: examples\.1: .*"é"/);
  model.destroy();
});

test("a task whose characters the model lacks is refused in one line before anything is learned", async () => {
  const model = await pupil();
  const config = configOf({});
  const other = planWarmStart({ device, model, task: createTask({ name: "sort" }), config });
  await assert.rejects(other, /^ConfigError: this model cannot read the task: .* is not in the tokenizer's alphabet[^\n]*$/);
  model.destroy();
});

test("the loss of held-out examples is that of a step that learns them", async () => {
  const still = configOf({ batch: sums.length, learningRate: 0, steps: 2 });
  const steps = await stepsOf(still, { heldOut: sums });
  for (const { loss, heldOutLoss, evaluation } of steps) {
    close(heldOutLoss!, loss, "held-out loss");
    assert.equal(evaluation, undefined, "nothing scores answers");
  }
  const inParts = await stepsOf(configOf({ batch: sums.length, learningRate: 0, steps: 1, microBatchRows: 20 }), { heldOut: sums });
  close(inParts[0]!.heldOutLoss!, steps[0]!.loss, "in several batches");
  close(inParts[0]!.loss, steps[0]!.loss, "learned in several batches");
});

test("every epoch shows each example once, and the seed says in which order", async () => {
  const model = await pupil();
  const shown = (seed: number): string[][] => {
    const { examplesAfter } = lessonsFor(model, { examples: { train: sums, heldOut: [] } }, { ...configOf({}), seed });
    const text = ({ promptIds }: { readonly promptIds: readonly number[] }): string => model.tokenizer.decode(promptIds);
    const next = examplesAfter(0);
    return [1, 2, 3, 4, 5, 6].map(() => next().map(text));
  };
  const [first, other] = [shown(0), shown(1)];
  const prompts = sums.map(({ prompt }) => prompt).sort();
  for (const epoch of [first.slice(0, 3), first.slice(3), other.slice(0, 3)]) assert.deepEqual(epoch.flat().sort(), prompts);
  assert.notDeepEqual(first.slice(0, 3), first.slice(3));
  assert.notDeepEqual(first, other);
  model.destroy();
});

test("examples are learned: the loss falls, answers end by themselves, and a reward stops the warm start", async () => {
  const right: NamedReward = {
    name: "right",
    reward: ({ completions, columns }) => completions.map((text, i) => (text.startsWith(String(columns.completion![i])) ? 1 : 0)),
  };
  const config = configOf({ steps: 60, batch: 12, evalEvery: 20 });
  const ended = { ...config, sft: { ...config.sft, stopAtPassAt1: 0.9 } };
  const steps = await stepsOf(ended, { heldOut: sums, rewards: [right] });
  assert.ok(steps.at(-1)!.loss < steps[0]!.loss / 4, `${lossesOf(steps)}`);
  const { evaluation, heldOutLoss } = steps.at(-1)!;
  assert.ok(evaluation!.passAt1 >= 0.9 && steps.length < 60, `pass@1 ${evaluation!.passAt1} after ${steps.length} steps`);
  assert.ok(heldOutLoss! < steps[0]!.loss / 4);
  assert.ok(evaluation!.entries.every(({ completion }) => completion.finishReason === "stop"));
});

test("examples that are longer than maxLength, or than the context, are left out and counted", async () => {
  const long: Example = { prompt: "1+1=", completion: "1".repeat(30) };
  const longest = Math.max(...sums.map(({ prompt, completion }) => prompt.length + completion.length + 1));
  const model = await pupil();
  const examples = { train: [...sums, long], heldOut: [sums[0]!, long] };
  const plan = (sft: object) => planWarmStart({ device, model, examples, config: configOf(sft) });
  assert.equal((await plan({})).lessons.leftOut, 2, "the context holds 24 tokens");
  assert.equal((await plan({ maxLength: longest })).lessons.leftOut, 2);
  assert.ok((await plan({ maxLength: longest - 1 })).lessons.leftOut > 2);
  await assert.rejects(
    plan({ maxLength: 4 }),
    /^ConfigError: no example has at most 4 tokens, the shortest has \d+; raise sft\.maxLength$/,
  );
  const none = { ...examples, train: [long] };
  await assert.rejects(
    planWarmStart({ device, model, examples: none, config: configOf({}) }),
    /^ConfigError: no example has at most 24 tokens, the shortest has 35; take a model of a longer context, or shorter examples$/,
  );
  const empty = planWarmStart({ device, model, examples: { train: [], heldOut: [] }, config: configOf({}) });
  await assert.rejects(empty, /^ConfigError: examples\.train is empty/);
  model.destroy();
});

test("sampled answers have room for what the context leaves behind the longest prompt", async () => {
  const model = await pupil();
  const heldOut = [
    { prompt: `${"1".repeat(19)}+`, completion: "1" },
    { prompt: "1", completion: "1".repeat(20) },
  ];
  const never: NamedReward = { name: "never", reward: ({ completions }) => completions.map(() => null) };
  const { exam } = lessonsFor(model, { examples: { train: sums, heldOut }, rewards: [never] }, configOf({}));
  assert.equal(exam!.maxNewTokens, 24 - 20);
  const [step] = await stepsOf(configOf({ steps: 1 }), { model, heldOut, rewards: [never] });
  assert.equal(step!.evaluation!.reward, undefined, "nothing was scored");
  model.destroy();
});

test("a reward with a key that no reward has is refused, also where nothing is held out", async () => {
  const model = await pupil();
  const rewards: NamedReward[] = [{ name: "never", reward: () => [], wieght: 2 } as NamedReward];
  for (const heldOut of [[], sums]) {
    const refused = stepsOf(configOf({ steps: 1 }), { model, heldOut, rewards });
    await assert.rejects(refused, /^ConfigError: rewards\.0\.wieght is not a known key; did you mean weight\?$/);
  }
  model.destroy();
});

test("held-out examples may be left out, and task be undefined", async () => {
  const model = await pupil();
  const examples = { train: sums } as unknown as { readonly train: typeof sums; readonly heldOut: typeof sums };
  const steps: WarmStartStep[] = [];
  for await (const step of warmStart({ device, model, examples, task: undefined, config: configOf({ steps: 1 }) })) steps.push(step);
  assert.deepEqual([steps.length, steps[0]!.heldOutLoss, steps[0]!.evaluation], [1, undefined, undefined]);
  model.destroy();
});

test("low-rank adapters learn, and the weights under them stay", async () => {
  const fresh = await pupil();
  await saveModel(join(folder, "base"), fresh);
  fresh.destroy();
  const model = await loadModel(device, join(folder, "base"), { lora: { rank: 2, targets: "all-linear" } });
  const before = await readParameters(baseOf(model.placed));
  const steps = await stepsOf(configOf({ steps: 12, batch: 12, learningRate: 0.03 }), { model });
  assert.ok(steps.at(-1)!.loss < 0.8 * steps[0]!.loss, `${lossesOf(steps)}`);
  assert.deepEqual(await readParameters(baseOf(model.placed)), before);
  model.destroy();
});

test("a chat is learned behind what the chat template writes before an answer", async () => {
  const template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<a>{% endif %}";
  const tokenizer = byteLevelTokenizer({ config: { chat_template: template }, added: [{ content: "<end>", special: true }] });
  const config = { model_type: "llama", vocab_size: 257, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2 };
  const sizes = { intermediate_size: 8, max_position_embeddings: 32, eos_token_id: 256 };
  const model = await createModel(device, { config: { ...config, ...sizes }, tokenizer, seed: 1 });
  const [tokens] = exampleTokens(model, [{ prompt: [{ role: "user", content: "hi" }], completion: "ho" }]);
  assert.equal(tokenizer.decode(tokens!.promptIds), "<user>hi<a>");
  assert.equal(tokenizer.decode(tokens!.completionIds, { specialTokens: true }), "ho<end>");
  model.destroy();
});

test("of several end tokens a chat's answer ends with the one that the template writes behind it, and a text with the first", () => {
  const turn = "{{ m.role }}:{{ m.content | trim }}<turn>";
  const template = `{% for m in messages %}${turn}{% endfor %}{% if add_generation_prompt %}a:{% endif %}`;
  const added = ["<eos>", "<turn>"].map((content) => ({ content, special: true }));
  const tokenizer = byteLevelTokenizer({ config: { chat_template: template }, added });
  const model = { tokenizer, config: { eos_token_id: [256, 257] }, generation: {}, module: { vocabSize: 258 } } as unknown as PolicyModel;
  const endOf = (prompt: Example["prompt"], completion: string): string | undefined =>
    tokenizer.token(exampleTokens(model, [{ prompt, completion }])[0]!.completionIds.at(-1)!);
  const asked = [{ role: "user", content: "hi" }];
  assert.deepEqual(
    ["ho", " ho ", "", "hi"].map((answer) => endOf(asked, answer)),
    ["<turn>", "<turn>", "<eos>", "<turn>"],
  );
  assert.equal(endOf("hi", "ho"), "<eos>");
});
