import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadModel, type SaveOptions, saveModel } from "../../src/node/load_model.ts";
import type { LoadOptions } from "../../src/node/load_options.ts";
import { type OpenDeviceOptions, openDevice } from "../../src/node/open_device.ts";

const folder = await mkdtemp(join(tmpdir(), "entropic-options-"));
after(() => rm(folder, { recursive: true, force: true }));
const device = await openDevice();
after(() => device.destroy());

const load = (options: unknown) => loadModel(device, "countdown-base", options as LoadOptions);

test("options of new adapters are checked as those of a configuration are", async () => {
  for (const [lora, message] of [
    [{ rank: 0 }, "lora.rank is 0; it must be a whole number from 1 to 4096"],
    [{ rnk: 4 }, "lora.rnk is not a known key; did you mean rank?"],
    [{ alpha: Number.NaN }, /^lora\.alpha is NaN; it must be a number from 0\.000001 to 1000000$/],
    [{ targets: [] }, /^lora\.targets is \[\]; it must be a list of names such as/],
    [{ seed: -1 }, /^lora\.seed is -1; it must be a whole number from 0 to/],
    [{ rankPattern: { q_proj: 0 } }, /^lora\.rankPattern\.q_proj is 0; it must be a whole number from 1/],
    [3, /^lora is 3; it must be a mapping with the keys rank, alpha,/],
    [{ adapter: "x" }, /^lora\.adapter is not a known key; /],
  ] as const) {
    await assert.rejects(load({ lora }), { name: "ConfigError", message }, JSON.stringify(lora));
  }
});

test("an option that is undefined is one that is left out", async () => {
  const model = await load({
    lora: { rank: 4, alpha: undefined, targets: undefined, seed: undefined },
    adapter: undefined,
    build: undefined,
  });
  const { rank, alpha, targets, rslora } = model.adapter!.options;
  assert.deepEqual({ rank, alpha, targets, rslora }, { rank: 4, alpha: 32, targets: "all-linear", rslora: false });
  model.destroy();
  const plain = await load({ lora: undefined });
  assert.equal(plain.adapter, undefined);
  plain.destroy();
});

test("options that loadModel, openDevice and saveModel do not know are refused by name", async () => {
  for (const [options, message] of [
    [{ dtype: "bf16" }, /^dtype is not a known option of loadModel; its options are lora, adapter, baseStorage, build, templateVariables$/],
    [{ basestorage: "f32" }, "basestorage is not a known option of loadModel; did you mean baseStorage?"],
    [{ rank: 4 }, "rank is not a known option of loadModel; did you mean lora.rank?"],
    [{ baseStorage: "f64" }, /^baseStorage is "f64"; it must be one of auto, f32, bf16, f16/],
    [{ adapter: 3 }, /^adapter is 3; it must be the path of a folder/],
    [{ build: "llama" }, /^build is "llama"; it must be a function/],
    ["lora", /^the options of loadModel are "lora"; give an object with any of lora, /],
    [null, /^the options of loadModel are null; /],
  ] as const) {
    await assert.rejects(load(options), { name: "ConfigError", message }, JSON.stringify(options));
  }
  const misspelt = { adaptr: "software" } as OpenDeviceOptions;
  await assert.rejects(openDevice(misspelt), {
    name: "ConfigError",
    message: "adaptr is not a known option of openDevice; did you mean adapter?",
  });
  const model = await load({});
  await assert.rejects(saveModel(join(folder, "never"), model, { type: "bf16" } as SaveOptions), {
    name: "ConfigError",
    message: /^type is not a known option of saveModel; did you mean dtype\?$/,
  });
  for (const [options, message] of [
    [Promise.resolve({}), "the options of saveModel are a promise; await it"],
    [{ dtype: "int8" }, 'dtype is "int8"; it must be f32, f16, bf16'],
  ] as const) {
    await assert.rejects(saveModel(join(folder, "never"), model, options as SaveOptions), { name: "ConfigError", message });
  }
  await assert.rejects(loadModel(model.placed.device, 5 as unknown as string), {
    name: "ConfigError",
    message: "name is 5; it must be the path or the name of a model",
  });
  assert.deepEqual(await readdir(folder), []);
  model.destroy();
});

test("a model saved where a file stands is refused with the path and what to do", async () => {
  const model = await load({});
  const file = join(folder, "file");
  await writeFile(file, "mine");
  await assert.rejects(saveModel(file, model), {
    name: "FileError",
    message: `${file} is a file, where a folder is to be made; choose another path`,
  });
  await assert.rejects(saveModel(join(file, "x/y"), model), {
    name: "FileError",
    message: `${join(file, "x/y")} cannot be made, because ${file} is a file; choose another path`,
  });
  const forbidden = "/sys/entropic/model";
  const message = /^\/sys\/entropic\/model cannot be made \(E[A-Z]+\); make the folder above it writable, or choose another path$/;
  if (process.platform === "linux") await assert.rejects(saveModel(forbidden, model), { name: "FileError", message });
  assert.deepEqual(await readdir(folder), ["file"]);
  await rm(file);
  model.destroy();
});
