import assert from "node:assert/strict";
import { after, test } from "node:test";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { createModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";

const device = await openDevice();
after(() => device.destroy());
const tokenizer = characterTokenizer("abcd$");
const config = { model_type: "gpt2", vocab_size: 5, n_embd: 8, n_layer: 1, n_head: 2, n_positions: 8 };
const given = { config, tokenizer, seed: 3 };
const create = (options: unknown) => createModel(device, options as typeof given);

test("options that createModel does not know, or that are not what they must be, are refused in one line", async () => {
  const seed = "it must be a whole number from 0 to 4294967295";
  for (const [options, message] of [
    [{ ...given, sed: 4 }, "sed is not a known option of createModel; did you mean seed?"],
    [{ ...given, lora: { rank: 4 } }, "lora is not a known option of createModel; save the model, and give lora to loadModel"],
    [{ config, tokenizer }, `seed is missing; ${seed}`],
    [{ ...given, seed: -1 }, `seed is -1; ${seed}`],
    [{ ...given, seed: 1.5 }, `seed is 1.5; ${seed}`],
    [{ ...given, seed: Number.NaN }, `seed is NaN; ${seed}`],
    [{ ...given, seed: "3" }, `seed is "3"; ${seed}`],
    [{ ...given, seed: 2 ** 32 }, `seed is 4294967296; ${seed}`],
    [{ config, seed: 3 }, "tokenizer is missing; it must be a tokenizer, such as characterTokenizer(task.alphabet)"],
    [{ ...given, tokenizer: "abcd$" }, 'tokenizer is "abcd$"; it must be a tokenizer, such as characterTokenizer(task.alphabet)'],
    [
      { ...given, tokenizer: Promise.resolve(tokenizer) },
      "tokenizer is a promise; it must be a tokenizer, such as characterTokenizer(task.alphabet)",
    ],
    [{ tokenizer, seed: 3 }, 'config is missing; it must be a mapping as config.json holds it, such as { model_type: "llama", ... }'],
    [{ ...given, build: "llama" }, 'build is "llama"; it must be a function'],
    [
      { ...given, generation: { eos_token_id: [4, 5] } },
      "generation.eos_token_id is 5; it must be a token id from 0 to 4, or a list of them",
    ],
    [{ ...given, generation: 2 }, "generation is 2; it must be a mapping as generation_config.json holds it, such as { eos_token_id: 2 }"],
    [undefined, "the options of createModel are undefined; give an object with any of config, tokenizer, seed, build, generation"],
  ] as const) {
    await assert.rejects(create(options), { name: "ConfigError", message });
  }
  const noDevice = createModel(undefined as unknown as typeof device, given);
  await assert.rejects(noDevice, { name: "ConfigError", message: "device is missing; it must be an open GPU: await openDevice()" });
});

test("the largest seed makes a model, and options may be undefined", async () => {
  const model = await create({ ...given, seed: 0xffffffff, build: undefined, generation: undefined });
  assert.equal(model.module.vocabSize, 5);
  model.destroy();
});
