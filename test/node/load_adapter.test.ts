import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { buildModel } from "../../models/index.ts";
import { addAdapters, LORA_DEFAULTS } from "../../src/nn/lora.ts";
import { adapterContent, findBase } from "../../src/node/load_adapter.ts";

const folder = await mkdtemp(join(tmpdir(), "entropic-adapter-"));
after(() => rm(folder, { recursive: true }));

const plain = { peft_type: "LORA", r: 4, lora_alpha: 8, target_modules: ["q_proj"] };
const shape = { hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 8, max_position_embeddings: 8 };

async function baseIn(config: object): Promise<string> {
  await writeFile(join(folder, "adapter_config.json"), JSON.stringify({ ...plain, ...config }));
  return (await findBase(folder, {})).base;
}

/** What adapter_config.json says of the base of a run whose configuration names it so. */
function savedBase(base: string): unknown[] {
  const module = buildModel({ model_type: "llama", vocab_size: 8, ...shape });
  addAdapters(module, LORA_DEFAULTS);
  const { config } = adapterContent(module, { base, options: LORA_DEFAULTS, storage: "f32" }, new Map());
  return [config.base_model_name_or_path, config.revision];
}

test("an adapter's revision is that of its base on the hub", async () => {
  const base = { base_model_name_or_path: "org/base" };
  assert.equal(await baseIn(base), "org/base");
  assert.equal(await baseIn({ ...base, revision: null }), "org/base");
  assert.equal(await baseIn({ ...base, revision: "main" }), "org/base");
  assert.equal(await baseIn({ ...base, revision: "" }), "org/base");
  assert.equal(await baseIn({ ...base, revision: "v1.0" }), "org/base@v1.0");
  assert.equal(await baseIn({ base_model_name_or_path: "org/base@v2", revision: "v1" }), "org/base@v2");
  const local = join(folder, "model");
  await mkdir(local);
  for (const name of [local, "countdown-base"]) assert.equal(await baseIn({ base_model_name_or_path: name, revision: "v1" }), name);
  await assert.rejects(
    baseIn({ ...base, revision: "refs/pr/3" }),
    /adapter_config\.json names the revision "refs\/pr\/3" of its base, which no name here can say; give the base model, with/,
  );
  assert.equal((await findBase("org/base", { adapter: folder })).base, "org/base");
  await assert.rejects(baseIn({ ...base, revision: 3 }), { name: "FileError", message: /: revision is 3; it must be/ });
});

test("an adapter of a base at a revision says both, each under its own key", async () => {
  assert.deepEqual(savedBase("org/base@v1.0"), ["org/base", "v1.0"]);
  assert.deepEqual(savedBase("org/base"), ["org/base", null]);
  const local = join(folder, "model@home");
  await mkdir(local);
  for (const name of [local, "countdown-base", "./none/a@b"]) assert.deepEqual(savedBase(name), [name, null]);
});

test("an adapter's folder may hold its base's config.json too; one with weights of its own is a model", async () => {
  const base = { base_model_name_or_path: "org/base" };
  await writeFile(join(folder, "config.json"), JSON.stringify({ model_type: "llama" }));
  assert.equal(await baseIn(base), "org/base");
  for (const name of ["model.safetensors", "model.safetensors.index.json"]) {
    await writeFile(join(folder, name), "");
    assert.equal(await baseIn(base), folder, name);
    await rm(join(folder, name));
  }
  await rm(join(folder, "config.json"));
});
