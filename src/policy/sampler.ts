import type { Device } from "../gpu/device.ts";
import { createExclusive } from "../gpu/exclusive.ts";
import { explained } from "../gpu/explain.ts";
import { submitPass } from "../gpu/launch.ts";
import { build } from "../gpu/parts.ts";
import { buildPlan, type Plan } from "../graph/plan.ts";
import { runScalar, type Scalar } from "../graph/scalar.ts";
import { rowsOf, type Tensor } from "../graph/tensor.ts";
import { input } from "../graph/trace.ts";
import { assertOnDevice } from "../nn/on_device.ts";
import { inputRows, packRows } from "../nn/rows.ts";
import { weightsWatch } from "../nn/weights_watch.ts";
import { embedding } from "../ops/embedding.ts";
import { nextToken } from "../ops/next_token.ts";
import { createArena } from "./arena.ts";
import { headChunks } from "./chunks.ts";
import type { Completion, Prompt } from "./completion.ts";
import { type ActiveSequence, type ContinuousBatch, createContinuousBatch } from "./continuous_batch.ts";
import { headOf, logitsOf } from "./head.ts";
import { checkSamplerOptions, checkTemperature, keptBy, roomBehind, type SamplerOptions } from "./sampler_options.ts";
import { createSequenceMemory, type FetchedRows, type SequenceMemory } from "./sequence_memory.ts";

export type { Completion, Prompt } from "./completion.ts";
export type { SamplerOptions, SamplingOptions } from "./sampler_options.ts";

/** Hears of completions while they are generated, and ends them. */
export interface GenerationWatch {
  /** Is told of new tokens of the prompt with this index, soon after each. */
  readonly onTokens?: (index: number, ids: readonly number[]) => void;
  readonly onCompletion?: (index: number, completion: Completion) => void;
  /** Ends all completions as they stand. */
  readonly signal?: AbortSignal | undefined;
}

/** What one call may have of its own. */
export interface GenerationOptions extends GenerationWatch {
  /** The temperature in place of the sampler's, from the same plans and kernels; 0: greedy. */
  readonly temperature?: number | undefined;
}

/** Completes prompts with a model on the GPU. */
export interface Sampler {
  /** Completes prompts, as many at a time as fit, and returns the completions in the order of the prompts. */
  generate(prompts: readonly Prompt[], seed: number, options?: GenerationOptions): Promise<Completion[]>;
  destroy(): void;
}

/** How decoding is cut into chunks of steps. After each the host reads what was sampled, and gives the slots of ended sequences to others. */
interface ChunkRule {
  /** Decode steps of a chunk at most. */
  readonly steps: number;
  /** Chunks that may be submitted before the first of them was read. */
  readonly ahead: number;
}

/**
 * A GPU works on a chunk while the host reads the one before and encodes the next. Two chunks of half the size keep a sequence that has
 * ended as long as one whole chunk would. A software adapter is the host itself, which has nothing to gain.
 */
const CHUNKS = { hardware: { steps: 8, ahead: 2 }, software: { steps: 16, ahead: 1 } } as const satisfies Record<string, ChunkRule>;

function chunkRule(device: Device): ChunkRule {
  return CHUNKS[device.software ? "software" : "hardware"];
}

/** Builds prefill and decode plans over a key-value cache; everything from logits to the next input token stays on the GPU. */
export async function createSampler(options: SamplerOptions): Promise<Sampler> {
  const { device, model, maxNewTokens } = options;
  checkSamplerOptions(options);
  assertOnDevice(device, model, "the sampler");
  const parts = await build(async (own) => {
    // A pass over prompts gives the first token, and the decode steps after it the others.
    const { steps, ahead } = chunkRule(device);
    const sizes = { columns: Math.min(maxNewTokens, 1 + steps), readings: ahead };
    const memory = createSequenceMemory(options, sizes, own(createArena(device)));
    const prefill = own(await buildPlan(device, "prefill", () => tracePrefill(options, memory)));
    const decode = own(await buildPlan(device, "decode", () => traceDecode(options, memory)));
    return { memory, prefill, decode };
  });
  const alone = createExclusive("the sampler");
  return {
    generate: (prompts, seed, { temperature = options.sampling.temperature, ...watch } = {}) =>
      alone(async () => {
        checkTemperature(temperature, options.sampling);
        return explained(device, "generate()", () => generate({ ...options, ...parts, prompts, seed, temperature, watch }));
      }),
    destroy: parts.destroy,
  };
}

interface Generation extends SamplerOptions {
  readonly memory: SequenceMemory;
  readonly prefill: Plan;
  readonly decode: Plan;
  readonly prompts: readonly Prompt[];
  readonly seed: number;
  readonly temperature: number;
  readonly watch: GenerationWatch;
}

/** Steps that were submitted and not read yet. */
interface Chunk {
  readonly rows: readonly ActiveSequence[];
  readonly asked: (sequence: ActiveSequence) => number;
  readonly fetched: Promise<FetchedRows>;
}

async function generate(generation: Generation): Promise<Completion[]> {
  const { device, prompts, watch } = generation;
  // An observer may hold submissions back, so that a copy would not stand where it was asked for.
  const ahead = device.observer ? 1 : chunkRule(device).ahead;
  const batch = createContinuousBatch(prompts, generation);
  // Later tokens attend to keys that earlier submissions have computed.
  const requireSameWeights = weightsWatch(generation.model, "generate()");
  const completions = Array<Completion>(prompts.length);
  const keep = (index: number, completion: Completion): void => {
    completions[index] = completion;
    watch.onCompletion?.(index, completion);
  };
  const chunks: Chunk[] = [];
  try {
    while (!batch.isDone) {
      if (watch.signal?.aborted && chunks.length === 0) {
        for (const { index, completion } of batch.abort()) keep(index, completion);
        break;
      }
      if (!watch.signal?.aborted && chunks.length < ahead && canSubmit(generation, batch, chunks)) {
        requireSameWeights();
        chunks.push(submitChunk(generation, batch, chunks));
      }
      // Only what was read may end sequences and free their slots, so chunks are read in order.
      if (chunks.length === ahead || watch.signal?.aborted || !canSubmit(generation, batch, chunks)) {
        const chunk = chunks[0]!;
        const fetched = await chunk.fetched;
        chunks.shift();
        extend(batch, chunk, fetched, { ...watch, onCompletion: keep });
      }
    }
  } finally {
    await Promise.allSettled(chunks.map(({ fetched }) => fetched));
  }
  return completions;
}

/** Adds what a chunk brought to the sequences that have not ended meanwhile. */
function extend(batch: ContinuousBatch, { rows, asked }: Chunk, fetched: FetchedRows, watch: GenerationWatch): void {
  const active = new Set(batch.rows);
  for (const [row, sequence] of rows.entries()) {
    if (!active.has(sequence)) continue;
    const { ids, completion } = batch.extend(sequence, fetched.tokensOf(row, sequence, asked(sequence)));
    if (ids.length > 0) watch.onTokens?.(sequence.index, ids);
    if (completion) watch.onCompletion?.(sequence.index, completion);
  }
}

/**
 * Tokens that the hungriest row still lacks, beyond those that were asked for; but no more than a row has room for whose prompt leaves fewer
 * than maxNewTokens, because the GPU does not end it there.
 */
function tokensLeft(generation: Generation, rows: readonly ActiveSequence[], chunks: readonly Pick<Chunk, "asked">[]): number {
  let [most, least] = [0, Number.POSITIVE_INFINITY];
  for (const sequence of rows) {
    const room = roomBehind(sequence.prompt, generation);
    const left = room - chunks.reduce((sum, { asked }) => sum + asked(sequence), sequence.ids.length);
    most = Math.max(most, left);
    if (room < generation.maxNewTokens) least = Math.min(least, left);
  }
  return Math.min(most, least);
}

/** Behind unread chunks only the same rows can go on, for the host does not know how far others are. */
function canSubmit(generation: Generation, batch: ContinuousBatch, chunks: readonly Chunk[]): boolean {
  const last = chunks.at(-1);
  return !last || (last.rows === batch.rows && !batch.hasRoom && tokensLeft(generation, batch.rows, chunks) > 0);
}

/** Submits one pass over waiting prompts, where slots are free for them, decode steps of every row, and a copy of what they sampled. */
function submitChunk(generation: Generation, batch: ContinuousBatch, chunks: readonly Chunk[]): Chunk {
  const { device, memory, prefill, decode, seed, temperature, watch } = generation;
  const fresh = batch.admit();
  const { rows } = batch;
  if (chunks.length === 0) memory.place(rows);
  if (fresh.length > 0) {
    const { scalars, inputs } = packPrompts(fresh, memory);
    prefill.run({ scalars: { ...scalars, sequences: fresh.length, seed, temperature }, inputs });
  }
  const first = new Set(fresh);
  const left = tokensLeft(generation, rows, [...chunks, { asked: (sequence) => (first.has(sequence) ? 1 : 0) }]);
  // Whoever listens wants each token at once; and slots that can still be filled are filled before they cost decode steps.
  const steps = batch.hasRoom ? 0 : Math.min(left, watch.onTokens ? 1 : chunkRule(device).steps);
  const scalars = { sequences: rows.length, seed, temperature };
  if (steps > 0) {
    submitPass(device, "decode", (recording) => {
      for (let step = 0; step < steps; step += 1) decode.encode(recording, scalars);
    });
  }
  const fetched = memory.fetch();
  // Chunks are awaited in turn; one that fails in the meantime must not count as unhandled.
  fetched.catch(() => {});
  return { rows, asked: (sequence) => steps + (first.has(sequence) ? 1 : 0), fetched };
}

/** Prompts that are alike are read once, into the slot that their sequences share. */
function packPrompts(
  fresh: readonly ActiveSequence[],
  memory: SequenceMemory,
): { scalars: Record<string, number>; inputs: Record<string, Uint32Array> } {
  const read = fresh.filter(({ twin }) => !twin);
  const lengths = read.map(({ prompt }) => prompt.ids.length);
  const rows = lengths.reduce((a, b) => a + b, 0);
  const origin = new Uint32Array(rows);
  const lastRow = new Map<ActiveSequence, number>();
  let row = 0;
  read.forEach((sequence, s) => {
    origin.fill(memory.placeOfPrompt(sequence), row, row + lengths[s]!);
    row += lengths[s]!;
    lastRow.set(sequence, row - 1);
  });
  return {
    scalars: { rows },
    inputs: {
      tokens: Uint32Array.from(read.flatMap(({ prompt }) => [...prompt.ids])),
      cache_origin: origin,
      last_row: Uint32Array.from(fresh, (sequence) => lastRow.get(sequence.twin ?? sequence)!),
      ...packRows(lengths),
    },
  };
}

function tracePrefill(options: SamplerOptions, memory: SequenceMemory): Record<never, never> {
  const rows = runScalar("rows", options.promptRows);
  const sequences = runScalar("sequences", options.sequences);
  const cache = { origin: input("cache_origin", [rows], "u32"), layer: memory.layer, vectors: memory.vectors };
  const hidden = options.model.forward(input("tokens", [rows], "u32"), { ...inputRows(rows), cache }); // [N, C]
  const last = embedding(input("last_row", [sequences], "u32"), hidden); // [S, C]
  sample(options, memory, last, sequences);
  return {};
}

function traceDecode(options: SamplerOptions, memory: SequenceMemory): Record<never, never> {
  const sequences = runScalar("sequences", options.sequences);
  const cut = (tensor: Tensor): Tensor => rowsOf(tensor, 0, sequences);
  const decode = { prompt: cut(memory.prompt), length: options.maxLength };
  const cache = { origin: cut(memory.origin), decode, layer: memory.layer, vectors: memory.vectors };
  const positions = cut(memory.position);
  const rows = { positions, sequenceStart: positions, sequenceEnd: positions, cache };
  sample(options, memory, options.model.forward(cut(memory.token), rows), sequences);
  return {};
}

/** hidden [S, C] -> logits, a chunk of sequences at a time -> the next token of every sequence. */
function sample(options: SamplerOptions, memory: SequenceMemory, hidden: Tensor, sequences: Scalar): void {
  const { model, bannedTokens = [], maxNewTokens } = options;
  const sampling = { ...keptBy(options.sampling), temperature: runScalar("temperature") };
  for (const { begin, rows } of headChunks(sequences, model, { device: options.device })) {
    const logits = logitsOf(rowsOf(hidden, begin, rows), headOf(model));
    const cut = (tensor: Tensor): Tensor => rowsOf(tensor, begin, rows);
    nextToken(
      {
        logits,
        sequenceKey: cut(memory.sequenceKey),
        tokenMarks: memory.tokenMarks,
        position: cut(memory.position),
        token: cut(memory.token),
        done: cut(memory.done),
        completions: cut(memory.completions),
        seen: memory.seen && cut(memory.seen),
      },
      { ...sampling, vocabulary: model.vocabSize, hasBans: bannedTokens.length > 0, length: maxNewTokens, seed: runScalar("seed") },
    );
  }
}
