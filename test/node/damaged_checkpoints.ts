import { copyFile, cp, mkdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildModel } from "../../models/index.ts";
import { initialState } from "../../src/control/index.ts";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { writeCheckpoint } from "../../src/io/checkpoint.ts";
import { checkpointDir } from "../../src/io/run_folder.ts";
import { type HostTensor, heldTensors } from "../../src/io/safetensors.ts";
import { addAdapters, isOfAdapter, LORA_DEFAULTS } from "../../src/nn/lora.ts";
import { type Module, piecesOf } from "../../src/nn/module.ts";
import { adapterContent } from "../../src/node/load_adapter.ts";
import { createRandom, type Random } from "../../src/random.ts";
import type { TrainerState } from "../../src/rl/trainer_state.ts";

const tokenizer = characterTokenizer("0123456789+=$", { eos: "$" });
export const config = {
  model_type: "llama",
  vocab_size: tokenizer.vocabSize,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 12,
  max_position_embeddings: 16,
  tie_word_embeddings: true,
};

/** The state of a trainer after some steps. */
export function stateOf(step: number): TrainerState {
  const control = { controller: "entropic", classes: [], ...initialState({ loops: [{ alpha: 0.1 * step }] }) };
  return { step, tokens: 12 * step, control, optimizer: [step, 0.5, 1, 0, 0.1, 0.05, 0, 0] };
}

function tensorsOf(module: Module, prefixes: readonly string[], random: Random): Map<string, HostTensor> {
  const pieces = [...module.namedParameters()].flatMap(([name, parameter]) => piecesOf(name, parameter));
  const tensors = prefixes.flatMap((prefix) =>
    pieces.map(({ name, shape }): [string, HostTensor] => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
      return [`${prefix}${name}`, { dtype: "F32", shape, data }];
    }),
  );
  return new Map(tensors);
}

/** Parts of a checkpoint that differ from those of an ordinary one. */
export interface Changes {
  readonly state?: unknown;
  readonly optimizer?: (tensors: Map<string, HostTensor>) => Map<string, HostTensor>;
}

/** Writes a checkpoint of a tiny model into a run folder, whole and as a trainer would, except for the changes. */
export async function writeTiny(
  dir: string,
  step: number,
  { state = stateOf(step), optimizer = (same) => same }: Changes = {},
): Promise<void> {
  const random = createRandom(step);
  const module = buildModel(config);
  await writeCheckpoint(checkpointDir(dir, step), {
    config,
    tensors: heldTensors(tensorsOf(module, [""], random)),
    tokenizerFiles: tokenizer.files,
    optimizer: heldTensors(optimizer(tensorsOf(module, ["first.", "second."], random))),
    state: state as object,
  });
}

/** Writes a checkpoint of the adapters of such a model, as a trainer would, with its base at a path or under a name. */
export async function writeTinyAdapter(dir: string, step: number, base: string): Promise<void> {
  const random = createRandom(step);
  const module = buildModel(config);
  addAdapters(module, LORA_DEFAULTS);
  const adapters = (prefix: string): Map<string, HostTensor> =>
    new Map([...tensorsOf(module, [prefix], random)].filter(([name]) => isOfAdapter(name)));
  await writeCheckpoint(checkpointDir(dir, step), {
    ...adapterContent(module, { base, options: LORA_DEFAULTS, storage: "f32" }, heldTensors(adapters(""))),
    optimizer: heldTensors(new Map([...adapters("first."), ...adapters("second.")])),
    state: stateOf(step),
  });
}

const FILES = ["model.safetensors", "optimizer.safetensors", "state.json", "config.json", "tokenizer.json"];

/** Damages a checkpoint; `other` is one of an earlier step. */
type Damage = (dir: string, random: Random, other: string) => Promise<void>;

const anyFile = (random: Random): string => FILES[random.integer(FILES.length)]!;
const tensorFile = (random: Random): string => FILES[random.integer(2)]!;

async function change(path: string, edit: (bytes: Buffer) => Buffer | undefined): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, edit(bytes) ?? bytes);
}

/** Ways in which what a checkpoint holds goes wrong on disks, in copies and by hand. */
export const damages: Readonly<Record<string, Damage>> = {
  "a flipped bit": (dir, random) =>
    change(join(dir, anyFile(random)), (bytes) => {
      bytes[random.integer(bytes.length)]! ^= 1 << random.integer(8);
      return undefined;
    }),
  noise: (dir, random) =>
    change(join(dir, anyFile(random)), (bytes) => {
      const begin = random.integer(bytes.length);
      for (let i = begin; i < Math.min(bytes.length, begin + 64); i += 1) bytes[i] = random.integer(256);
      return undefined;
    }),
  "a zeroed half": (dir, random) => change(join(dir, anyFile(random)), (bytes) => bytes.fill(0, bytes.length >> 1)),
  "a zeroed sector": (dir, random) => change(join(dir, tensorFile(random)), (bytes) => bytes.fill(0, 512, 1024)),
  "another step's file": async (dir, random, other) => {
    const name = FILES[random.integer(3)]!;
    await copyFile(join(other, name), join(dir, name));
  },
  "another step's folder": async (dir, _random, other) => {
    await rm(dir, { recursive: true });
    await cp(other, dir, { recursive: true });
  },
  "swapped files": async (dir) => {
    await rename(join(dir, "model.safetensors"), join(dir, "aside"));
    await rename(join(dir, "optimizer.safetensors"), join(dir, "model.safetensors"));
    await rename(join(dir, "aside"), join(dir, "optimizer.safetensors"));
  },
  "a truncated file": async (dir, random) => {
    const path = join(dir, anyFile(random));
    await truncate(path, random.integer((await readFile(path)).length - 2));
  },
  "an empty file": (dir, random) => writeFile(join(dir, anyFile(random)), ""),
  "a longer file": (dir, random) => change(join(dir, anyFile(random)), (bytes) => Buffer.concat([bytes, Buffer.from("}")])),
  "a missing file": (dir, random) => rm(join(dir, anyFile(random))),
  "a folder for a file": async (dir, random) => {
    const path = join(dir, anyFile(random));
    await rm(path);
    await mkdir(path);
  },
  "an empty folder": async (dir) => {
    await rm(dir, { recursive: true });
    await mkdir(dir);
  },
  "a file for the folder": async (dir) => {
    await rm(dir, { recursive: true });
    await writeFile(dir, "step");
  },
  "a digit changed in state.json": (dir, random) =>
    change(join(dir, "state.json"), (bytes) => {
      const digits = [...bytes.keys()].filter((i) => bytes[i]! >= 0x30 && bytes[i]! <= 0x38);
      bytes[digits[random.integer(digits.length)]!]! += 1;
      return undefined;
    }),
  "a key removed from state.json": (dir, random) =>
    change(join(dir, "state.json"), (bytes) => {
      const entries = Object.entries(JSON.parse(bytes.toString()) as object);
      entries.splice(random.integer(entries.length), 1);
      return Buffer.from(JSON.stringify(Object.fromEntries(entries)));
    }),
};
