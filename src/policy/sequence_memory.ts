import { lostWork } from "../gpu/errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { currentTrace, type Trace } from "../graph/trace.ts";
import type { KeyValueCache } from "../nn/rows.ts";
import { type CacheLayout, cacheTensor } from "../ops/cache_storage.ts";
import { FINISHED, markTokens, markWords } from "../ops/next_token.ts";
import { SAMPLED_TOKEN } from "../ops/records.ts";
import type { Arena } from "./arena.ts";
import type { ActiveSequence, NewTokens } from "./continuous_batch.ts";
import { longestOf, type SamplerOptions } from "./sampler_options.ts";

/**
 * State of the sequences being generated, on the GPU: one row a sequence. Keys and values lie in a cache, where each prompt has a slot, which its
 * sequences share, and behind these each sequence one for its own tokens.
 */
export interface SequenceMemory {
  readonly position: Tensor; // [S]
  readonly token: Tensor; // [S]
  readonly done: Tensor; // [S]
  readonly sequenceKey: Tensor; // [S]
  readonly origin: Tensor; // [S]
  readonly prompt: Tensor; // [S, 2]
  readonly tokenMarks: Tensor; // [2, V / 32]
  readonly seen: Tensor | undefined; // [S, V / 32]
  readonly completions: Tensor; // [S, C, 3]: token t of a completion lies in column t % C
  readonly layer: KeyValueCache["layer"];
  readonly vectors: KeyValueCache["vectors"];
  /** The place of the first token of a sequence's prompt. */
  placeOfPrompt(sequence: ActiveSequence): number;
  /** Puts sequences into rows, in this order. */
  place(rows: readonly ActiveSequence[]): void;
  /** Submits a copy of the rows as they stand behind all submissions so far. `readings` copies may be under way. */
  fetch(): Promise<FetchedRows>;
}

/** Rows as they stood at a time. */
export interface FetchedRows {
  /**
   * The new tokens of a row's sequence, which was asked for so many beyond those that it has.
   * @throws DeviceLostError where the row has another number of tokens
   */
  tokensOf(row: number, sequence: ActiveSequence, asked: number): NewTokens;
}

interface MemorySizes {
  /** The most new tokens between two copies. */
  readonly columns: number;
  /** The most copies under way at a time. */
  readonly readings: number;
}

/** Makes the state in an arena, which is the owner's to destroy. */
export function createSequenceMemory(options: SamplerOptions, { columns, readings }: MemorySizes, arena: Arena): SequenceMemory {
  const { sequences: S, stopTokens, bannedTokens = [], sampling, model } = options;
  const words = markWords(model.vocabSize);
  const hasPenalty = (sampling.repetitionPenalty ?? 1) !== 1;
  const state = {
    position: arena.make("position", [S], "u32"),
    token: arena.make("token", [S], "u32"),
    done: arena.make("done", [S], "u32"),
    sequenceKey: arena.make("sequence_key", [S], "u32"),
    origin: arena.make("cache origin", [S], "u32"),
    prompt: arena.make("prompt places", [S, 2], "u32"),
    tokenMarks: arena.make("token marks", [2, words], "u32"),
    seen: hasPenalty ? arena.make("completion marks", [S, words], "u32") : undefined,
    completions: arena.make("completion tokens", [S, columns, SAMPLED_TOKEN.size], "f32"),
  };
  arena.write(state.tokenMarks, markTokens(model.vocabSize, [stopTokens, bannedTokens]));
  const longest = longestOf(options);
  const ownPlaces = (options.promptSlots ?? S) * longest;
  const placeOfPrompt = ({ promptSlot }: ActiveSequence): number => promptSlot * longest;
  const readers = Array.from({ length: readings }, () => arena.reader({ done: state.done, completions: state.completions }));
  let next = 0;
  const write = (tensor: Tensor, rows: readonly ActiveSequence[], value: (row: ActiveSequence) => number | readonly number[]): void =>
    arena.write(tensor, Uint32Array.from(rows.flatMap(value)));
  return {
    ...state,
    ...createLayers(arena, options, ownPlaces + S * options.maxNewTokens),
    placeOfPrompt,
    place: (rows) => {
      write(state.position, rows, ({ prompt, ids }) => prompt.ids.length + ids.length - 1);
      write(state.token, rows, ({ ids }) => ids.at(-1) ?? 0);
      write(state.done, rows, ({ ids }) => ids.length);
      write(state.sequenceKey, rows, ({ prompt }) => prompt.key);
      write(state.origin, rows, ({ slot, prompt }) => ownPlaces + slot * options.maxNewTokens - prompt.ids.length);
      write(state.prompt, rows, (row) => [placeOfPrompt(row), row.prompt.ids.length]);
      if (!state.seen) return;
      const marks = markTokens(
        model.vocabSize,
        rows.map(({ prompt, ids }) => [...prompt.ids, ...ids]),
      );
      arena.write(state.seen, marks);
    },
    fetch: async () => {
      const fetch = readers[next]!;
      next = (next + 1) % readings;
      const read = await fetch();
      const done = new Uint32Array(read.done);
      const completions = new Float32Array(read.completions);
      const width = columns * SAMPLED_TOKEN.size;
      return {
        tokensOf: (row, sequence, asked) => {
          checkTokens(options, { state: done[row]!, before: sequence.ids.length, asked });
          return newTokens(sequence, done[row]!, completions.subarray(row * width, (row + 1) * width));
        },
      };
    },
  };
}

/** Every pass gives each unfinished sequence a token, and a finished one has got at least one. What is otherwise never ran. */
function checkTokens(
  { device, maxNewTokens }: SamplerOptions,
  { state, before, asked }: { readonly state: number; readonly before: number; readonly asked: number },
): void {
  const count = state % FINISHED;
  const isRight = state >= FINISHED ? count > before && count <= before + asked : count === before + asked && count < maxNewTokens;
  if (isRight) return;
  throw lostWork(device, `a sequence has ${count} new tokens where ${before + asked} were asked for`);
}

/**
 * Keys and values of every layer of the model, made when the layer is first asked for. A model may apply a layer several times, as ALBERT
 * does (Lan et al. 2020, arXiv 1909.11942): each of the times has its own, because it has other inputs.
 */
function createLayers(arena: Arena, { cacheStorage = "f32" }: SamplerOptions, places: number): Pick<KeyValueCache, "layer" | "vectors"> {
  const layers = new Map<object, Tensor[][]>();
  const timesApplied = new WeakMap<Trace, Map<object, number>>();
  let made = 0;
  const of = (owner: object, layout: CacheLayout, names: readonly string[]): Tensor[] => {
    const times = mapped(timesApplied, currentTrace(), () => new Map<object, number>());
    const time = times.get(owner) ?? 0;
    times.set(owner, time + 1);
    const own = mapped(layers, owner, () => []);
    if (own[time]) return own[time];
    const { shape, dtype } = cacheTensor(places, layout, cacheStorage);
    const fresh = names.map((name) => arena.make(`${name} ${made}`, shape, dtype));
    made += 1;
    own.push(fresh);
    return fresh;
  };
  return {
    layer: (owner, layout) => {
      const [keys, values] = of(owner, layout, ["keys", "values"]);
      return { keys: keys!, values: values! };
    },
    vectors: (owner, width) => of(owner, { keyValueHeads: 1, headDim: width }, ["vectors"])[0]!,
  };
}

/** The value of a key, made where the map has none. */
function mapped<Key extends object, Value>(
  map: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown },
  key: Key,
  make: () => Value,
): Value {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

function newTokens(sequence: ActiveSequence, state: number, ring: Float32Array): NewTokens {
  const { size } = SAMPLED_TOKEN;
  const begin = sequence.ids.length;
  const records = Array.from({ length: (state % FINISHED) - begin }, (_, i) =>
    SAMPLED_TOKEN.read(ring, ((begin + i) * size) % ring.length),
  );
  return {
    ids: records.map(({ token }) => token),
    logprobs: records.map(({ logp }) => logp),
    entropies: records.map(({ entropy }) => entropy),
    isFinished: state >= FINISHED,
  };
}
