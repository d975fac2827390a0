import assert from "node:assert/strict";
import { after, test } from "node:test";
import { EngineError } from "../../src/gpu/errors.ts";
import { loadModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { type Completion, createSampler, type GenerationWatch, type SamplerOptions } from "../../src/policy/sampler.ts";
import { needsShared, sharedPath } from "../shared.ts";
import { smallModel } from "../small_policy.ts";

const device = await openDevice();
const model = await smallModel(device, { max_position_embeddings: 64 });
const { module } = model;
/** Convolutions, which look at tokens that lie in the prompt, among a sequence's own, or in both. */
const convolved = await smallModel(device, {
  ...{ model_type: "lfm2", num_hidden_layers: 3, layer_types: ["conv", "full_attention", "conv"], conv_L_cache: 4, conv_bias: true },
  ...{ block_auto_adjust_ff_dim: false, num_key_value_heads: 1, max_position_embeddings: 64 },
});
after(() => {
  model.destroy();
  convolved.destroy();
  device.destroy();
});

const LIMIT = 37;
const prompts = Array.from({ length: 11 }, (_, key) => ({ ids: [1, 2, 3, 4, 5, 6, 0].slice(key % 6), key: key * 77 }));
const base = {
  device,
  model: module,
  sequences: 1,
  promptRows: 7,
  maxLength: 7 + LIMIT,
  maxNewTokens: LIMIT,
  sampling: { temperature: 1, topK: 0, topP: 1 },
  // One token in twelve ends a sequence, so lengths differ much.
  stopTokens: [3],
};

async function complete(options: Partial<SamplerOptions>, given = prompts, watch?: GenerationWatch): Promise<Completion[]> {
  const sampler = await createSampler({ ...base, ...options });
  try {
    return await sampler.generate(given, 5, watch);
  } finally {
    sampler.destroy();
  }
}

for (const [of, policy] of [
  ["", model],
  [", of convolutions", convolved],
] as const) {
  const used = { model: policy.module };
  test(`a completion has the same bits alone and in any batch, however slots are taken again${of}`, async () => {
    for (const cacheStorage of ["f32", "f16"] as const) {
      const alone: Completion[] = [];
      for (const prompt of prompts) alone.push(...(await complete({ ...used, cacheStorage }, [prompt])));
      const lengths = alone.map(({ ids }) => ids.length);
      assert.ok(new Set(lengths).size > 4 && Math.min(...lengths) < 16 && Math.max(...lengths) > 20, `lengths ${lengths}`);
      for (const [sequences, promptRows] of [
        [1, 7],
        [3, 7],
        [4, 28],
        [9, 63],
        // On a GPU a plan of more than 64 rows takes tiles, whose sums have another order (docs/tuning.md).
        ...(device.software ? ([[11, 77]] as const) : []),
      ] as const) {
        assert.deepEqual(await complete({ ...used, cacheStorage, sequences, promptRows }), alone, `${sequences} slots, ${promptRows} rows`);
      }
    }
  });

  test(`prompts that are alike are read once, and go on as they would alone${of}`, async () => {
    const texts = [[1, 2, 3, 4, 5], [6], [1, 2, 3, 4, 5], [1, 2, 3, 4, 5], [6], [2, 1], [1, 2, 3, 4, 5]];
    const groups = texts.map((ids, key) => ({ ids, key }));
    for (const cacheStorage of ["f32", "f16"] as const) {
      const alone: Completion[] = [];
      for (const prompt of groups) alone.push(...(await complete({ ...used, cacheStorage }, [prompt])));
      assert.ok(new Set(alone.map(({ ids }) => ids.join())).size > 5);
      // Eight rows are room for all: five, one and two.
      assert.deepEqual(await complete({ ...used, cacheStorage, sequences: 7, promptRows: 8 }, groups), alone);
      assert.deepEqual(await complete({ ...used, cacheStorage, sequences: 3, promptRows: 5 }, groups), alone);
      for (const promptSlots of [1, 2])
        assert.deepEqual(await complete({ ...used, cacheStorage, sequences: 4, promptSlots }, groups), alone);
    }
  });
}

test("a sampler serves several calls, and calls with fewer prompts than slots", async () => {
  const sampler = await createSampler({ ...base, sequences: 4, promptRows: 28 });
  const all = await sampler.generate(prompts, 5);
  assert.deepEqual(await sampler.generate(prompts.slice(2, 4), 5), all.slice(2, 4));
  assert.deepEqual(await sampler.generate(prompts, 5), all);
  assert.deepEqual(await sampler.generate([], 5), []);
  assert.notDeepEqual(await sampler.generate(prompts, 6), all);
  sampler.destroy();
});

test("the end may come at once, and no completion is longer than allowed", async () => {
  const everyToken = Array.from({ length: module.vocabSize }, (_, id) => id);
  const ended = await complete({ sequences: 3, promptRows: 21, stopTokens: everyToken });
  assert.ok(ended.every(({ ids, finishReason }) => ids.length === 1 && finishReason === "stop"));
  for (const maxNewTokens of [1, 2, 17, 18, 34]) {
    const full = await complete({ sequences: 4, promptRows: 28, stopTokens: [], maxNewTokens, maxLength: 7 + maxNewTokens });
    assert.ok(
      full.every(
        ({ ids, logprobs, finishReason }) => ids.length === maxNewTokens && logprobs.length === maxNewTokens && finishReason === "length",
      ),
      `${maxNewTokens} tokens: ${full.map(({ ids }) => ids.length)}`,
    );
  }
});

test("every token is told once, in order, and a signal ends what is under way", async () => {
  const heard = prompts.map((): number[] => []);
  const ended: number[] = [];
  const watch = {
    onTokens: (index: number, ids: readonly number[]) => heard[index]!.push(...ids),
    onCompletion: (index: number) => ended.push(index),
  };
  const all = await complete({ sequences: 3, promptRows: 21 }, prompts, watch);
  assert.deepEqual(
    heard,
    all.map(({ ids }) => ids),
  );
  assert.deepEqual(
    [...ended].sort((a, b) => a - b),
    [...prompts.keys()],
  );
  assert.deepEqual(all, await complete({ sequences: 3, promptRows: 21 }));
  const abort = new AbortController();
  const cut = await complete({ stopTokens: [] }, prompts.slice(0, 2), { onTokens: () => abort.abort(), signal: abort.signal });
  assert.deepEqual(
    cut.map(({ ids, finishReason }) => [ids.length > 0 && ids.length < LIMIT, finishReason]),
    [
      [true, "aborted"],
      [false, "aborted"],
    ],
  );
});

test("a text that ends a completion is found on the host, and cuts off what came after it", async () => {
  const [whole] = await complete({ stopTokens: [] }, prompts.slice(0, 1));
  const [cut] = await complete({ stopTokens: [], stopAfter: (ids) => (ids.length >= 5 ? 5 : undefined) }, prompts.slice(0, 1));
  assert.deepEqual([cut!.ids, cut!.finishReason], [whole!.ids.slice(0, 5), "stop"]);
  assert.deepEqual([...cut!.logprobs], [...whole!.logprobs.slice(0, 5)]);
});

test("banned tokens are never drawn, greedily or not, and other logp stay the model's", async () => {
  const [free] = await complete({ stopTokens: [] }, prompts.slice(0, 1));
  for (const temperature of [0, 1]) {
    const sampling = { ...base.sampling, temperature };
    const bannedTokens = [...new Set(free!.ids)].slice(0, 6);
    const banned = await complete({ sampling, bannedTokens, sequences: 4, promptRows: 28, stopTokens: [] });
    assert.ok(!banned.some(({ ids }) => ids.some((id) => bannedTokens.includes(id))));
    const mass = banned.flatMap(({ logprobs }) => [...logprobs]).reduce((sum, logp) => sum + Math.exp(logp), 0);
    assert.ok(mass < 0.9 * banned.flatMap(({ ids }) => ids).length, "log-probabilities are of all tokens, the banned ones included");
  }
});

test("a repetition penalty counts prompt and completion, for sequences that change their rows too", async () => {
  const repeats = (all: readonly Completion[]): number =>
    all.reduce((sum, { ids }, i) => sum + ids.filter((id, t) => [...prompts[i]!.ids, ...ids.slice(0, t)].includes(id)).length, 0);
  const sampling = { ...base.sampling, repetitionPenalty: 3 };
  const all = await complete({ sampling, sequences: 3, promptRows: 21 });
  // A sequence that is alone keeps its row, so that the GPU's own record of its tokens is what counts.
  for (const [i, prompt] of prompts.entries()) assert.deepEqual((await complete({ sampling }, [prompt]))[0], all[i]);
  const short = { sequences: 4, promptRows: 28, maxNewTokens: 5, maxLength: 12, stopTokens: [] };
  const penalised = repeats(await complete({ ...short, sampling: { ...sampling, repetitionPenalty: 100 } }));
  const free = repeats(await complete(short));
  assert.ok(penalised < free / 2, `${penalised} tokens are repeated, ${free} without the penalty`);
});

test("options that no token can be drawn with are refused", async () => {
  const refused = (options: Partial<SamplerOptions>, pattern: RegExp) =>
    assert.rejects(complete(options), (error) => error instanceof EngineError && pattern.test(error.message));
  await refused({ bannedTokens: Array.from({ length: module.vocabSize }, (_, id) => id) }, /all \d+ tokens are banned/);
  await refused({ sampling: { ...base.sampling, minP: 1.5 } }, /minP is 1.5/);
  await refused({ sampling: { ...base.sampling, repetitionPenalty: 0 } }, /repetitionPenalty is 0/);
  await refused({ maxLength: 65 }, /exceed the model's context of 64/);
  await refused({ sampling: { ...base.sampling, topK: 1.5 } }, /topK is 1.5/);
  await refused({ sampling: { ...base.sampling, topP: 2 } }, /topP is 2/);
  await refused({ sequences: 0 }, /sequences is 0/);
  await refused({ promptSlots: 0 }, /promptSlots is 0/);
  await refused({ promptRows: Number.NaN }, /promptRows is NaN/);
  await refused({ maxNewTokens: 0 }, /maxNewTokens is 0/);
  await refused({ maxNewTokens: 2.5 }, /maxNewTokens is 2.5/);
  await refused({ maxLength: 8, maxNewTokens: 8 }, /maxNewTokens is 8 of maxLength 8/);
});

const STORIES = "models/stories260K";
const ONCE = [403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421, 395, 317, 426];

test("stories260K continues greedily as published among 20 others, and nearly so with a 16-bit cache", needsShared(STORIES), async () => {
  const stories = await loadModel(device, sharedPath(STORIES)!);
  const others = Array.from({ length: 20 }, (_, key) => ({ ids: [1, 300 + key, 261, 378].slice(0, 1 + (key % 4)), key }));
  const given = [...others.slice(0, 9), { ids: [1], key: 99 }, ...others.slice(9)];
  const options = {
    model: stories.module,
    maxLength: 4 + 15,
    maxNewTokens: 15,
    sampling: { temperature: 0, topK: 0, topP: 1 },
    stopTokens: [1, 2],
  };
  const kept = await complete({ ...options, sequences: 4, promptRows: 16 }, given);
  assert.deepEqual(kept[9]!.ids, ONCE);
  const [alone] = await complete({ ...options, promptRows: 4 }, [given[9]!]);
  assert.deepEqual(kept[9], alone);
  const [rounded] = await complete({ ...options, promptRows: 4, cacheStorage: "f16" }, [given[9]!]);
  const error = Math.max(...rounded!.logprobs.map((logp, t) => Math.abs(logp - alone!.logprobs[t]!)));
  assert.ok(error > 0 && error < 5e-3, `largest error of a log-probability ${error}`);
  assert.deepEqual(rounded!.ids, ONCE);
  stories.destroy();
});
