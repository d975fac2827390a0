import assert from "node:assert/strict";
import { test } from "node:test";
import { buildModel } from "../../models/index.ts";
import { readBuffers } from "../../src/gpu/buffer.ts";
import { createMeasuringDevice } from "../../src/gpu/measuring.ts";
import { relativeError } from "../../src/gpu/relative_error.ts";
import { differentiate } from "../../src/graph/differentiate.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input, type Node, trace } from "../../src/graph/trace.ts";
import { type HalfType, roundTo16, widenFrom16 } from "../../src/half_float.ts";
import { FROZEN_STORAGE, type FrozenStorage } from "../../src/nn/frozen.ts";
import { loadParameters, type NamedArray, readParameters } from "../../src/nn/load_parameters.ts";
import { writeParameter } from "../../src/nn/parameter_memory.ts";
import { initializeParameters, type PlacedModule, type PlaceOptions, placeModule } from "../../src/nn/place.ts";
import { inputRows, packRows } from "../../src/nn/rows.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import { ADAMW_DEFAULTS, createAdamW } from "../../src/optim/adamw.ts";
import { chunksOf } from "../../src/policy/chunks.ts";
import { headBackward, headSink, headStatistics } from "../../src/policy/head.ts";
import { createScorer } from "../../src/policy/score.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

/** Odd widths and an odd vocabulary, so that words hold two rows, and the last piece of a table is shorter than the others. */
const ODD = {
  vocab_size: 37,
  hidden_size: 20,
  intermediate_size: 35,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
};
const LLAMA = { ...ODD, max_position_embeddings: 32, initializer_range: 0.3 };
const GPT2 = { vocab_size: 37, n_embd: 18, n_inner: 35, n_layer: 2, n_head: 3, n_positions: 32, initializer_range: 0.3 };

const MODELS: readonly (readonly [title: string, config: Readonly<Record<string, unknown>>])[] = [
  ["llama with a tied head", { model_type: "llama", ...LLAMA, tie_word_embeddings: true }],
  ["qwen2 with a head of its own", { model_type: "qwen2", ...LLAMA, tie_word_embeddings: false }],
  ["qwen3", { model_type: "qwen3", ...LLAMA, head_dim: 6, tie_word_embeddings: true }],
  ["lfm2", { model_type: "lfm2", ...LLAMA, block_auto_adjust_ff_dim: false, full_attn_idxs: [1], conv_bias: true }],
  ["gpt2", { model_type: "gpt2", ...GPT2 }],
];

/** 70 rows, so that products of many rows and of few are both taken. */
const LENGTHS = [30, 25, 15];
const ROWS = LENGTHS.reduce((a, b) => a + b, 0);
const TOKENS = Uint32Array.from({ length: ROWS }, (_, i) => (i * 17 + (i >> 3)) % 37);
const INPUTS = { tokens: TOKENS, actions: TOKENS.map((token) => (token * 5 + 3) % 37), ...packRows(LENGTHS) };

/** Random weights that 16 bits of the type hold exactly. */
async function exactWeights(config: Readonly<Record<string, unknown>>, dtype: HalfType): Promise<Map<string, NamedArray>> {
  const placed = placeModule(device, buildModel(config));
  initializeParameters(placed, 11);
  const drawn = await readParameters(placed);
  placed.destroy();
  return new Map(
    [...drawn].map(([name, { shape, data }], i) => {
      // Vectors begin as ones and zeros.
      const varied = shape.length > 1 ? data : data.map((value, at) => value + 0.25 * Math.sin(at + i));
      return [name, { shape, data: widenFrom16(roundTo16(varied, dtype), dtype) }];
    }),
  );
}

function place(
  config: Readonly<Record<string, unknown>>,
  weights: ReadonlyMap<string, NamedArray>,
  options: PlaceOptions,
  isLoaded = true,
): PlacedModule & { readonly module: ReturnType<typeof buildModel> } {
  const module = buildModel(config);
  const placed = placeModule(device, module, options);
  if (isLoaded) loadParameters(placed, weights);
  return Object.assign(placed, { module });
}

async function scoresOf({ module }: ReturnType<typeof place>): Promise<Float32Array> {
  // Two chunks of logits.
  const scorer = await createScorer({ device, model: module, rows: ROWS, temperature: 0.9, chunkBytes: 64 * 4 * 37 });
  const { logprobs, entropies } = await scorer.score({ rows: ROWS, inputs: INPUTS });
  scorer.destroy();
  return Float32Array.of(...logprobs, ...entropies);
}

/** The gradients of what is trained, by name. */
async function gradientsOf(placed: ReturnType<typeof place>): ReturnType<typeof readParameters> {
  const optimizer = createAdamW(placed, { ...ADAMW_DEFAULTS, weightDecay: 0, maxGradNorm: null });
  const update = await createSupervisedUpdate({ device, model: placed.module, optimizer, rows: ROWS, chunkBytes: 64 * 4 * 37 });
  const tokenInputs = TOKEN_INPUT.pack({ mask: 1, weight: 1 / ROWS });
  const inputs = { ...INPUTS, token_inputs: Float32Array.from(Array.from({ length: ROWS }, () => tokenInputs).flat()) };
  await update.step({ rows: ROWS, sequences: LENGTHS.length, inputs }, 0);
  const gradients = await readParameters(placed, optimizer.gradients);
  for (const part of [update, optimizer]) part.destroy();
  return gradients;
}

/** Trains the norms and biases of the first layer, below which nothing needs a gradient. */
const isTrained = (name: string): boolean => /(layers|h)\.0\..*(norm|ln_)/.test(name);
const frozenAs = (storage: FrozenStorage) => (name: string) => (isTrained(name) ? undefined : storage);

/** bfloat16 for every model; the other types for one of each kind of linear layer. */
const CASES = MODELS.flatMap(([title, config]) =>
  FROZEN_STORAGE.filter((storage) => storage === "bf16" || ["llama", "gpt2"].includes(config.model_type as string)).map(
    (storage) => [title, config, storage] as const,
  ),
);

for (const [title, config, storage] of CASES) {
  test(`${title}, frozen in ${storage}: scores and gradients have the bits of a model that is trained whole`, async () => {
    const weights = await exactWeights(config, storage === "f16" ? "f16" : "bf16");
    const trained = place(config, weights, {});
    const frozen = place(config, weights, { frozen: frozenAs(storage) });
    assert.deepEqual(await readParameters(frozen), await readParameters(trained), "what is read back");
    assert.deepEqual(await scoresOf(frozen), await scoresOf(trained));
    const [all, some] = [await gradientsOf(trained), await gradientsOf(frozen)];
    assert.ok(some.size > 1 && [...some.keys()].every(isTrained), [...some.keys()].join());
    for (const [name, { data }] of some) {
      assert.ok(
        data.some((value) => value !== 0),
        `${name} has no gradient`,
      );
      assert.deepEqual(data, all.get(name)!.data, name);
    }
    for (const placed of [trained, frozen]) placed.destroy();
  });
}

for (const [title, config] of MODELS.filter(([, { model_type }]) => model_type !== "qwen3")) {
  test(`${title}, in pieces of whole rows: the scores have the same bits, and gradients are near`, async () => {
    const weights = await exactWeights(config, "bf16");
    const whole = place(config, weights, { frozen: frozenAs("bf16") });
    const pieces = place(config, weights, { frozen: frozenAs("bf16"), pieceBytes: 12 * 4 * 20 });
    const counts = pieces.frozen.map(({ pieces: { length } }) => length);
    assert.ok(Math.max(...counts) > 3, `pieces: ${counts.join()}`);
    assert.deepEqual(await readParameters(pieces), await readParameters(whole), "what is read back");
    const error = relativeError(await scoresOf(pieces), await scoresOf(whole));
    assert.ok(error < 1e-6, `scores differ by ${error}`);
    const [expected, found] = [await gradientsOf(whole), await gradientsOf(pieces)];
    for (const [name, { data }] of found) {
      const error = relativeError(data, expected.get(name)!.data);
      assert.ok(error < 2e-6, `${name} differs by ${error}`);
    }
    for (const placed of [whole, pieces]) placed.destroy();
  });
}

/** What a step of supervised learning runs. */
function nodesOf(placed: ReturnType<typeof place>): readonly Node[] {
  const optimizer = createAdamW(placed, { ...ADAMW_DEFAULTS, weightDecay: 0, maxGradNorm: null });
  const { trace: traced } = trace(() => {
    const rows = runScalar("rows", ROWS);
    const hidden = placed.module.forward(input("tokens", [rows], "u32"), inputRows(rows));
    const head = { hidden, weight: placed.module.head(), actions: input("actions", [rows], "u32"), inverseTemperature: 1 };
    const chunks = chunksOf(rows, placed.module.vocabSize);
    const saved = headStatistics({ ...head, chunks });
    const sinks = optimizer.sinks(0);
    const gradient = headBackward({ ...head, chunks }, saved, input("coefficients", [rows, 2]), headSink(head, sinks));
    differentiate({ seeds: new Map([[hidden, gradient]]), sinks, add, addOnto });
  });
  optimizer.destroy();
  return traced.nodes;
}

test("no gradient of a frozen matrix or table is computed", () => {
  const [, config] = MODELS[0]!;
  const [trained, frozen] = [{}, { frozen: frozenAs("bf16") }].map((options) => place(config, new Map(), options, false));
  const count = (nodes: readonly Node[], op: string): number => nodes.filter((node) => node.op.startsWith(op)).length;
  const [all, some] = [nodesOf(trained!), nodesOf(frozen!)];
  // The head and four matrices in each of two layers: forward, and backward by the input and by the weight.
  assert.deepEqual([count(all, "matmul"), count(some, "matmul")], [27, 18]);
  assert.deepEqual([count(all, "gather_backward"), count(some, "gather_backward")], [1, 0]);
  for (const placed of [trained!, frozen!]) placed.destroy();
});

test("frozen parameters lie outside the shards, in 16 bits alone, and have neither gradient nor moment", () => {
  const [, config] = MODELS[0]!;
  const measure = (options: PlaceOptions): number[] => {
    const measuring = createMeasuringDevice(device);
    const placed = placeModule(measuring, buildModel(config), options);
    createAdamW(placed, { ...ADAMW_DEFAULTS, weightDecay: 0, maxGradNorm: null });
    const bytes = (pattern: RegExp): number =>
      [...measuring.allocations].filter(({ label }) => pattern.test(label)).reduce((sum, each) => sum + each.bytes, 0);
    return [bytes(/^parameters /), bytes(/^frozen /), bytes(/^(gradients|first moments|second moments) /)];
  };
  const [parameters, none, states] = measure({});
  assert.deepEqual([none, states], [0, 3 * parameters!]);
  const [norms, words, few] = measure({ frozen: frozenAs("bf16") });
  // Two vectors of 20 numbers, each in a window of 256 bytes.
  assert.deepEqual([norms, few], [512, 3 * 512]);
  assert.ok(words! < 0.6 * parameters!, `${words} of ${parameters} bytes`);
});

test("words of a file are kept exactly, however they are cut; floats are rounded to the nearest, ties to even", async () => {
  const module = buildModel(MODELS[0]![1]);
  const placed = placeModule(device, module, { frozen: () => "bf16", pieceBytes: 8 * 4 * 20 });
  const { parameter, pieces } = placed.frozen.find(({ name }) => name === "model.embed_tokens.weight")!;
  const words = Uint16Array.from({ length: 37 * 20 }, (_, i) => (i * 40503 + 77) & 0xffff);
  const writer = writeParameter(device, parameter);
  for (const [begin, end] of [
    [0, 1],
    [1, 4],
    [4, 333],
    [333, 740],
  ]) {
    writer.write(words.subarray(begin, end));
  }
  writer.end();
  const read = await readBuffers(
    device,
    pieces.map(({ storage }) => storage.window!),
  );
  const kept = read.flatMap((bytes, i) => [...new Uint16Array(bytes).subarray(0, pieces[i]!.size(0) * 20)]);
  assert.deepEqual(Uint16Array.from(kept), words);
  placed.destroy();
  const bits = (...values: number[]): number[] => [...roundTo16(Float32Array.from(values), "bf16")];
  assert.deepEqual(bits(1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, -0), [0x3f80, 0x3f80, 0x3f82, 0x7f80, 0x8000]);
  assert.ok(Number.isNaN(widenFrom16(roundTo16(Float32Array.of(Number.NaN), "bf16"), "bf16")[0]));
  const halves = [
    ...roundTo16(Float32Array.of(1, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, 2 ** -25, 3 * 2 ** -25, 2 ** -14 - 2 ** -26), "f16"),
  ];
  assert.deepEqual(halves, [0x3c00, 0x3c00, 0x3c02, 0x7bff, 0x7c00, 0, 2, 0x0400]);
});

test("every 16-bit float survives widening and rounding", () => {
  for (const type of ["f16", "bf16"] as const) {
    const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
    const widened = widenFrom16(all, type);
    const again = roundTo16(widened, type);
    assert.ok(
      all.every((bits, i) => again[i] === bits || Number.isNaN(widened[i])),
      `a number of ${type} is changed`,
    );
  }
});

test("rows that no binding holds are refused by name", () => {
  assert.throws(() => placeModule(device, buildModel(MODELS[0]![1]), { frozen: () => "bf16", pieceBytes: 200 }), {
    name: "MemoryError",
    message: /^model\.embed_tokens\.weight needs 320 bytes for 4 rows; .* binds at most 200\. Take a smaller model or another GPU$/,
  });
});
