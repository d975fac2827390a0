import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { readParameters } from "../../src/nn/load_parameters.ts";
import { createModel, loadModel, saveModel } from "../../src/node/load_model.ts";
import type { PolicyModel } from "../../src/rl/model.ts";
import { sharedDevice } from "../shared_device.ts";
import { run, smallTrainer, task } from "../small_policy.ts";
import { bases } from "./forms.ts";

const device = await sharedDevice();
const folder = await mkdtemp(join(tmpdir(), "entropic-family-training-"));
after(() => rm(folder, { recursive: true, force: true }));

/** The families whose layers are not Llama's, and windows that answers are longer than. */
const CONFIGS: Readonly<Record<string, object>> = {
  granite: bases.granite!,
  granitemoehybrid: bases.granitemoehybrid!,
  olmo2: bases.olmo2!,
  smollm3: bases.smollm3!,
  gemma3_text: { ...bases.gemma3_text, sliding_window: 3 },
  gemma2: { ...bases.gemma2, sliding_window: 3 },
  nanochat: bases.nanochat!,
  lfm2: { ...bases.lfm2, conv_bias: true },
  mistral: { ...bases.mistral, sliding_window: 4 },
  gpt_neox: bases.gpt_neox!,
  phi3: bases.phi3!,
  gpt_neo: { ...bases.gpt_neo, window_size: 3 },
};

const tokenizer = characterTokenizer(task.alphabet);

/** Takes two steps. The sampler decodes through a cache and the trainer packs rows: both must be of one policy. */
async function trainTwoSteps(model: PolicyModel): Promise<void> {
  const { trainer } = await smallTrainer(device, { model });
  for (const metrics of await run(trainer.train, 2)) {
    const difference = metrics["sampling/sampling_logp_difference/max"]!;
    assert.ok(difference < 1e-5, `log-probabilities of sampling and training differ by ${difference}`);
  }
  trainer.destroy();
}

async function unchanged(model: PolicyModel, before: Awaited<ReturnType<typeof readParameters>>): Promise<string[]> {
  const now = await readParameters(model.placed);
  return [...before].filter(([name, { data }]) => now.get(name)!.data.every((value, i) => value === data[i])).map(([name]) => name);
}

for (const [family, base] of Object.entries(CONFIGS)) {
  test(`${family}: every weight trains, as the policy that samples; saved, loaded and adapted it does so too`, async () => {
    const config = { ...base, vocab_size: tokenizer.vocabSize, initializer_range: 0.3 };
    const model = await createModel(device, { config, tokenizer, seed: 3 });
    const start = await readParameters(model.placed);
    await trainTwoSteps(model);
    assert.deepEqual(await unchanged(model, start), []);
    const trained = await readParameters(model.placed);
    const dir = join(folder, family);
    await saveModel(dir, model);
    model.destroy();

    const loaded = await loadModel(device, dir);
    assert.deepEqual(await readParameters(loaded.placed), trained);
    loaded.destroy();
    const adapted = await loadModel(device, dir, { lora: { rank: 2, alpha: 4, seed: 1, targets: "all-linear" } });
    const before = await readParameters(adapted.placed);
    await trainTwoSteps(adapted);
    const frozen = await unchanged(adapted, before);
    assert.ok(frozen.length > 0 && frozen.every((name) => !name.includes("lora_")), `${frozen.join(", ")} did not change`);
    adapted.destroy();
  });
}
