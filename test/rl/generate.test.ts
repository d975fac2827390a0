import assert from "node:assert/strict";
import { after, test } from "node:test";
import { encodePrompt } from "../../src/data/prompt.ts";
import { endingsOf } from "../../src/data/stops.ts";
import { loadModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { ConfigError } from "../../src/options/problems.ts";
import { createSampler } from "../../src/policy/sampler.ts";
import { generate } from "../../src/rl/generate.ts";
import type { GenerateOptions } from "../../src/rl/generate_options.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { smallModel } from "../small_policy.ts";

const device = await openDevice();
const model = await smallModel(device);
after(() => device.destroy());

const prompts = ["1+1=", "12+3="];

test("the tokens are those of a sampler with the same seed, several of each prompt behind one another", async () => {
  const keyed = prompts.flatMap((prompt, i) => [0, 1, 2].map((j) => ({ ids: encodePrompt(model.tokenizer, prompt), key: i * 3 + j })));
  const sampling = { temperature: 0.9, topK: 6, topP: 0.95 };
  const sizes = { sequences: 2, promptRows: 12, maxLength: 12, maxNewTokens: 6 };
  const sampler = await createSampler({ device, model: model.module, ...sizes, sampling, ...endingsOf(model, ["$"]) });
  const expected = await sampler.generate(keyed, 7);
  sampler.destroy();
  const told: number[] = [];
  const tokens = keyed.map((): number[] => []);
  const options = { ...sampling, maxTokens: 6, completionsPerPrompt: 3, seed: 7, stop: "$", onCompletion: (i: number) => told.push(i) };
  const texts = await generate(device, model, prompts, { ...options, onTokens: (i, ids) => tokens[i]!.push(...ids) });
  assert.deepEqual(
    texts.map(({ prompt, promptIds, text, ...completion }) => completion),
    expected,
  );
  for (const [i, { prompt, promptIds, text, ids, finishReason }] of texts.entries()) {
    assert.equal(prompt, prompts[Math.floor(i / 3)]);
    assert.deepEqual(promptIds, keyed[i]!.ids);
    assert.equal(text, model.tokenizer.decode(ids));
    assert.equal(finishReason, text.endsWith("$") ? "stop" : "length");
  }
  assert.deepEqual([...told].sort(), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(
    tokens,
    expected.map(({ ids }) => [...ids]),
  );
});

test("temperature 0 takes the most probable tokens, whatever the seed, and the context bounds what is generated", async () => {
  const greedy = await generate(device, model, prompts, { temperature: 0, seed: 1 });
  const other = await generate(device, model, prompts, { temperature: 0, seed: 2, cacheStorage: "f32", memory: "1GiB" });
  assert.deepEqual(greedy, other);
  for (const { promptIds, ids } of greedy) assert.ok(promptIds.length + ids.length <= 16);
  const quiet = { ...model, generation: { do_sample: false } };
  assert.deepEqual(await generate(device, quiet, prompts), greedy, "generation_config.json says how, where the options do not");
});

test("a long prompt shortens its own completion alone", async () => {
  const long = "1+1=2+3=5+4=9+";
  const texts = await generate(device, model, [prompts[0]!, long], { seed: 3, maxTokens: 10 });
  const [alone] = await generate(device, model, prompts.slice(0, 1), { seed: 3, maxTokens: 10 });
  assert.deepEqual(texts[0], alone);
  assert.deepEqual([texts[0]!.ids.length, texts[1]!.ids.length, texts[1]!.finishReason], [10, 2, "length"]);
});

test("no prompts have no completions, and an aborted signal ends all as they stand", async () => {
  assert.deepEqual(await generate(device, model, []), []);
  const texts = await generate(device, model, prompts, { signal: AbortSignal.abort() });
  assert.deepEqual(
    texts.map(({ text, ids, finishReason }) => [text, ids.length, finishReason]),
    [
      ["", 0, "aborted"],
      ["", 0, "aborted"],
    ],
  );
});

test("options and prompts that cannot be used are refused by name", async () => {
  const refused = (given: unknown, options: object, pattern: RegExp) =>
    assert.rejects(
      generate(device, model, given as string[], options as GenerateOptions),
      (error) => error instanceof ConfigError && pattern.test(error.message),
    );
  await refused(prompts, { maxTokens: 0 }, /^maxTokens is 0; it must be a whole number from 1 to/);
  await refused(prompts, { maxNewTokens: 3 }, /^maxNewTokens is not a known key; did you mean maxTokens\?/);
  await refused(prompts, { topP: 2 }, /^topP is 2; it must be a number from 0 to 1/);
  await refused(prompts, { stop: 3 }, /^stop is 3; it must be the text that ends a completion/);
  await refused(prompts, { memory: "much" }, /^memory is "much"; it must be an amount of memory/);
  await refused(prompts, { cacheStorage: "f8" }, /^cacheStorage is "f8"; it must be one of f32, f16/);
  await refused("1+1=", {}, /^prompts is "1\+1="; it must be a list of texts or of lists of messages/);
  await refused([{ role: "user", content: "1" }], {}, /^prompts\.0\.prompt is/);
  await refused([...prompts, "x"], {}, /^prompt 3: .*alphabet/);
  await refused([[{ role: "user", content: "1" }]], {}, /^prompt 1: the model has no chat template/);
  await refused(prompts, { stop: ["$", "Z"] }, /^stop "Z": .*alphabet/);
  await refused(prompts, { signal: new AbortController() }, /^signal is a mapping; it must be an AbortSignal, such as controller\.signal$/);
  await refused(prompts, { onTokens: "x" }, /^onTokens is "x"; it must be a function$/);
  await refused(["1".repeat(16)], {}, /^a prompt of 16 tokens does not fit this model's context of 16; shorten it/);
});

test("a device and a model that are none are refused with how to get one", async () => {
  const refused = (on: unknown, by: unknown, message: RegExp) =>
    assert.rejects(generate(on as typeof device, by as typeof model, prompts), { name: "ConfigError", message });
  await refused(Promise.resolve(device), model, /^device is a promise; it must be an open GPU: await openDevice\(\)$/);
  await refused(device, Promise.resolve(model), /^model is a promise; it must be a loaded model, such as await loadModel/);
});

const DIGITS = "models/digit-completion";

test("messages are written by the model's chat template", needsShared(DIGITS), async () => {
  const digits = await loadModel(device, sharedPath(DIGITS)!);
  const chat = [
    { role: "user", content: "1,2," },
    { role: "assistant", content: "3," },
    { role: "user", content: "4," },
  ];
  const [answer] = await generate(device, digits, [chat], { temperature: 0, maxTokens: 4 });
  assert.equal(answer!.prompt, digits.tokenizer.renderChat(chat, { addGenerationPrompt: true }));
  assert.deepEqual(answer!.promptIds, encodePrompt(digits.tokenizer, chat));
  assert.match(answer!.text, /^[0-9,:]{1,4}$/);
  const [same] = await generate(device, digits, [answer!.prompt], { temperature: 0, maxTokens: 4 });
  assert.equal(same!.text, answer!.text);
});
