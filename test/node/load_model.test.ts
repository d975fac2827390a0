import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { nn, type Rows, type Tensor } from "../../src/engine.ts";
import { writeCheckpoint } from "../../src/io/checkpoint.ts";
import { endTokens } from "../../src/io/generation_config.ts";
import { openModelFolder } from "../../src/io/model_folder.ts";
import { writeSafetensors } from "../../src/io/safetensors.ts";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { createModel, loadModel, outlineNew, saveModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { tasks } from "../../src/tasks/index.ts";
import { CLI } from "../cli_command.ts";
import { smallModel } from "../small_policy.ts";

const device = await openDevice();
const SHIPPED = fileURLToPath(new URL("../../models/checkpoints/countdown-base", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "entropic-models-"));
after(() => rm(folder, { recursive: true, force: true }));

/** A model of a user's whose tensors are named as GPT-2's are on the Hugging Face hub. */
class Bigrams extends nn.LanguageModel {
  readonly vocabSize = 5;
  readonly contextLength = 8;
  readonly hiddenSize = 8;
  readonly wte = new nn.Embedding(5, 8, 0.3);

  /** tokens: [N] -> [N, C] */
  forward(tokens: Tensor, _rows: Rows): Tensor {
    return this.wte.forward(tokens);
  }

  head(): nn.Parameter {
    return this.wte.weight;
  }
}

/** One whose head stands under GPT-2's longer name as well. */
class TwoTables extends Bigrams {
  readonly transformer = new Bigrams();
}

const tokenizer = characterTokenizer("abcd$");

for (const [what, build] of [
  ["wte.weight", () => new Bigrams()],
  ["wte.weight and transformer.wte.weight", () => new TwoTables()],
] as const) {
  test(`a model of one's own with ${what} saves, loads and clones under its own names`, async () => {
    const dir = join(folder, what.replaceAll(" ", "-"));
    const model = await createModel(device, { config: { model_type: "bigrams" }, tokenizer, seed: 3, build });
    const own = await readParameters(model.placed);
    const copy = await model.clone();
    assert.deepEqual(await readParameters(copy.placed), own);
    await saveModel(dir, model);
    assert.deepEqual([...(await openModelFolder(dir)).tensors.keys()].sort(), [...own.keys()].sort());
    const loaded = await loadModel(device, dir, build);
    assert.deepEqual(await readParameters(loaded.placed), own);
    for (const each of [model, copy, loaded]) each.destroy();
  });
}

test("a model is not made with a tokenizer that has ids which the model lacks", async () => {
  const large = characterTokenizer("abcdef$");
  const config = { model_type: "gpt2", vocab_size: 5, n_embd: 8, n_layer: 1, n_head: 2, n_positions: 8 };
  const refusal = { name: "EngineError", message: "createModel: its tokenizer has ids up to 6; its model has a vocabulary of 5" };
  await assert.rejects(createModel(device, { config, tokenizer: large, seed: 3 }), refusal);
  await assert.rejects(createModel(device, { config: {}, tokenizer: large, seed: 3, build: () => new Bigrams() }), refusal);
  assert.throws(
    () => outlineNew(device, { config, tokenizer: large }),
    /: its tokenizer has ids up to 6; its model has a vocabulary of 5$/,
  );
});

test("a checkpoint of GPT-2 from the Hugging Face hub, whose names lack `transformer.`, still loads", async () => {
  const config = { model_type: "gpt2", vocab_size: 5, n_embd: 8, n_layer: 1, n_head: 2, n_positions: 8 };
  const model = await createModel(device, { config, tokenizer, seed: 3 });
  const dir = join(folder, "gpt2");
  await saveModel(dir, model);
  const { tensors, ...rest } = await openModelFolder(dir);
  const short = new Map([...tensors].map(([name, tensor]) => [name.replace(/^transformer\./, ""), tensor]));
  await writeCheckpoint(dir, { config: rest.config, tensors: short, tokenizerFiles: tokenizer.files });
  const loaded = await loadModel(device, dir);
  assert.deepEqual(await readParameters(loaded.placed), await readParameters(model.placed));
  for (const each of [model, loaded]) each.destroy();
});

test("every shipped checkpoint knows the token that ends an answer, and keeps it where it is saved and copied", async () => {
  const shipped = await readdir("models/checkpoints");
  assert.ok(shipped.length >= 4, shipped.join());
  for (const name of shipped) {
    const model = await loadModel(device, name);
    const [end] = model.tokenizer.encode(tasks.countdown({ numbers: 3 }).stop);
    assert.deepEqual(endTokens(model.generation), [end], name);
    assert.deepEqual((await model.clone()).generation, model.generation, name);
    await saveModel(join(folder, name), model);
    assert.deepEqual((await loadModel(device, join(folder, name))).generation, model.generation, name);
    model.destroy();
  }
});

test("generation_config.json: none, several end tokens, and what cannot be meant", async () => {
  const model = await smallModel(device);
  const dir = join(folder, "ends");
  await saveModel(dir, model);
  assert.deepEqual((await loadModel(device, dir)).generation, {});
  assert.ok(!(await readdir(dir)).includes("generation_config.json"), "an empty file was written");
  const write = (value: unknown): Promise<void> => writeFile(join(dir, "generation_config.json"), JSON.stringify({ eos_token_id: value }));
  for (const [value, ends] of [
    [
      [3, 1],
      [3, 1],
    ],
    [null, []],
    [0, [0]],
  ] as const) {
    await write(value);
    assert.deepEqual(endTokens((await loadModel(device, dir)).generation), ends);
  }
  for (const value of [model.module.vocabSize, -1, 2.5, "7", [1, {}], "x".repeat(500)]) {
    await write(value);
    await assert.rejects(loadModel(device, dir), (error: Error) => {
      assert.match(error.message, /generation_config\.json: eos_token_id is .*; it must be a token id from 0 to \d+, or a list of them\.$/);
      assert.ok(error.message.length < 400, error.message);
      return error.name === "FileError";
    });
  }
  model.destroy();
});

test("generate stops at a shipped checkpoint's end token without being told", async () => {
  const words = ["generate", "--model", "models/checkpoints/countdown-base", "--prompt", "375=022:", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, [...CLI, ...words]);
  const { completions } = JSON.parse(stdout) as { completions: { text: string; finishReason: string }[] };
  assert.equal(completions[0]?.finishReason, "stop");
  assert.match(completions[0]!.text, /^[^$]+\$$/);
  assert.ok((await readFile("models/checkpoints/countdown-base/generation_config.json", "utf8")).includes("15"), "another end token");
});

test("only a bare name, or its path in the package, means a checkpoint of the package", async () => {
  const home = process.cwd();
  process.chdir(folder);
  try {
    for (const name of ["countdown-base", "models/checkpoints/countdown-base", "./models/checkpoints/countdown-base/"]) {
      (await loadModel(device, name)).destroy();
    }
    const others = [
      "no/such/place/countdown-base",
      "/countdown-base",
      "/models/checkpoints/countdown-base",
      "../countdown-base",
      "checkpoints/countdown-base",
    ];
    for (const name of [...others, "countdown-base/step-000060", "countdown", "", "."]) {
      await assert.rejects(loadModel(device, name), { name: "FileError" }, name);
    }
  } finally {
    process.chdir(home);
  }
});

test("a saved model is loaded only as it was written, until its state.json is deleted; a failure leaves no memory behind", async () => {
  const dir = join(folder, "saved");
  const model = await loadModel(device, SHIPPED);
  await saveModel(dir, model);
  model.destroy();
  const before = device.stats.bytesAllocated;
  (await loadModel(device, dir)).destroy();
  const config = join(dir, "config.json");
  await writeFile(config, `${await readFile(config, "utf8")}\n`);
  await assert.rejects(loadModel(device, dir), /config\.json is damaged: .* if the change was meant, delete the folder's state\.json/);
  await rm(join(dir, "state.json"));
  (await loadModel(device, dir)).destroy();
  const short = join(folder, "short");
  await cp(SHIPPED, short, { recursive: true });
  await writeSafetensors(join(short, "model.safetensors"), new Map());
  await assert.rejects(loadModel(device, short), /lacks tensor/);
  assert.equal(device.stats.bytesAllocated, before);
});
