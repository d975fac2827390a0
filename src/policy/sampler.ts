import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { createExclusive } from "../gpu/exclusive.ts";
import { explained } from "../gpu/explain.ts";
import { submitPass } from "../gpu/launch.ts";
import { build } from "../gpu/parts.ts";
import { buildPlan } from "../graph/plan.ts";
import { runScalar, type Scalar } from "../graph/scalar.ts";
import { rowsOf, type Tensor } from "../graph/tensor.ts";
import { input } from "../graph/trace.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { assertOnDevice } from "../nn/on_device.ts";
import { inputRows, packRows } from "../nn/rows.ts";
import { embedding } from "../ops/embedding.ts";
import { matmul } from "../ops/matmul/op.ts";
import { nextToken } from "../ops/next_token.ts";
import { createArena } from "./arena.ts";
import { chunksOf } from "./chunks.ts";
import { type Completion, createSequenceMemory, type Prompt, type SequenceMemory } from "./sequence_memory.ts";

export type { Completion, Prompt } from "./sequence_memory.ts";

/** How a token is drawn from the logits. */
export interface SamplingOptions {
  /** 0: greedy. */
  readonly temperature: number;
  /** Keeps the k most probable tokens; 0: all. */
  readonly topK: number;
  /** Keeps the smallest set of tokens with at least this probability; 1: all. */
  readonly topP: number;
}

/** What a sampler's memory is planned for, and how it draws tokens. */
export interface SamplerOptions {
  readonly device: Device;
  readonly model: LanguageModel;
  /** The most sequences generated at once, the most rows of all their prompts, and the most tokens of one sequence. */
  readonly sequences: number;
  readonly promptRows: number;
  readonly maxLength: number;
  readonly maxNewTokens: number;
  readonly sampling: SamplingOptions;
  readonly stopTokens: readonly number[];
}

/** Completes prompts with a model on the GPU. */
export interface Sampler {
  /** Completes prompts, as many at a time as fit, and returns the completions in the order of the prompts. */
  generate(prompts: readonly Prompt[], seed: number): Promise<Completion[]>;
  destroy(): void;
}

/** Decode steps in one submission. After each submission the host reads back which sequences have finished. */
const STEPS_PER_SUBMIT = 16;

/** Builds prefill and decode plans over a key-value cache; everything from logits to the next input token stays on the GPU. */
export async function createSampler(options: SamplerOptions): Promise<Sampler> {
  const { device, model, maxNewTokens } = options;
  if (options.maxLength > model.contextLength) {
    throw new EngineError(
      `sequences of ${options.maxLength} tokens exceed the model's context of ${model.contextLength}; shorten the prompt or maxNewTokens`,
    );
  }
  assertOnDevice(device, model, "the sampler");
  const { memory, prefill, decode, destroy } = await build(async (own) => {
    const memory = createSequenceMemory(options, own(createArena(device)));
    const prefill = own(await buildPlan(device, "prefill", () => tracePrefill(options, memory)));
    const decode = own(await buildPlan(device, "decode", () => traceDecode(options, memory)));
    return { memory, prefill, decode };
  });

  const run = async (prompts: readonly Prompt[], seed: number): Promise<Completion[]> => {
    const uploads = packPrompts(prompts);
    memory.reset(prompts);
    const scalars = { sequences: prompts.length, rows: uploads.rows, seed };
    prefill.run({ scalars, inputs: uploads.inputs });
    for (let done = 1; done < maxNewTokens; done += STEPS_PER_SUBMIT) {
      const steps = Math.min(STEPS_PER_SUBMIT, maxNewTokens - done);
      submitPass(device, "decode", (recording) => {
        for (let step = 0; step < steps; step += 1) decode.encode(recording, scalars);
      });
      if (done + steps < maxNewTokens && (await memory.allDone(prompts.length, done + steps))) break;
    }
    return memory.completions(prompts.length);
  };
  const alone = createExclusive("the sampler");
  return {
    generate: (prompts, seed) =>
      alone(() =>
        explained(device, "generate()", async () => {
          const completions: Completion[] = [];
          for (const batch of batchesOf(prompts, options)) completions.push(...(await run(batch, seed)));
          return completions;
        }),
      ),
    destroy,
  };
}

function batchesOf(prompts: readonly Prompt[], options: SamplerOptions): Prompt[][] {
  const longest = Math.min(options.maxLength - options.maxNewTokens, options.promptRows);
  const batches: Prompt[][] = [];
  let rows = 0;
  for (const prompt of prompts) {
    const length = prompt.ids.length;
    if (length === 0 || length > longest) {
      throw new EngineError(`a prompt has ${length} tokens; it must have 1 to ${longest}, beside ${options.maxNewTokens} new ones`);
    }
    const current = batches.at(-1);
    if (!current || current.length === options.sequences || rows + length > options.promptRows) {
      batches.push([prompt]);
      rows = length;
    } else {
      current.push(prompt);
      rows += length;
    }
  }
  return batches;
}

function packPrompts(prompts: readonly Prompt[]): { rows: number; inputs: Record<string, Uint32Array> } {
  const lengths = prompts.map((prompt) => prompt.ids.length);
  const rows = lengths.reduce((a, b) => a + b, 0);
  const slot = new Uint32Array(rows);
  const last = new Uint32Array(prompts.length);
  let row = 0;
  prompts.forEach((prompt, s) => {
    slot.fill(s, row, row + prompt.ids.length);
    row += prompt.ids.length;
    last[s] = row - 1;
  });
  const tokens = Uint32Array.from(prompts.flatMap((prompt) => [...prompt.ids]));
  return { rows, inputs: { tokens, cache_slot: slot, last_row: last, ...packRows(lengths) } };
}

function tracePrefill(options: SamplerOptions, memory: SequenceMemory): Record<never, never> {
  const rows = runScalar("rows", options.promptRows);
  const sequences = runScalar("sequences", options.sequences);
  const cache = memory.cache("packed", input("cache_slot", [rows], "u32"));
  const hidden = options.model.forward(input("tokens", [rows], "u32"), { ...inputRows(rows), cache }); // [N, C]
  const last = embedding(input("last_row", [sequences], "u32"), hidden); // [S, C]
  sample(options, memory, last, sequences);
  return {};
}

function traceDecode(options: SamplerOptions, memory: SequenceMemory): Record<never, never> {
  const sequences = runScalar("sequences", options.sequences);
  const cut = (tensor: Tensor): Tensor => rowsOf(tensor, 0, sequences);
  const cache = memory.cache("decode", cut(memory.slots));
  const positions = cut(memory.position);
  const rows = { positions, sequenceStart: positions, sequenceEnd: positions, cache };
  sample(options, memory, options.model.forward(cut(memory.token), rows), sequences);
  return {};
}

/** hidden [S, C] -> logits, a chunk of sequences at a time -> the next token of every sequence. */
function sample(options: SamplerOptions, memory: SequenceMemory, hidden: Tensor, sequences: Scalar): void {
  const { model, sampling } = options;
  for (const { begin, rows } of chunksOf(sequences, model.vocabSize)) {
    const logits = matmul(rowsOf(hidden, begin, rows), model.head(), { layout: "NT" });
    const cut = (tensor: Tensor): Tensor => rowsOf(tensor, begin, rows);
    nextToken(
      {
        logits,
        sequenceKey: cut(memory.sequenceKey),
        stopTokens: memory.stopTokens,
        position: cut(memory.position),
        token: cut(memory.token),
        done: cut(memory.done),
        completions: cut(memory.completionTokens),
        completionStatistics: cut(memory.completionStatistics),
      },
      { ...sampling, seed: runScalar("seed") },
    );
  }
}
