import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";
import { DRAW_SIZE, type NextTokenOptions, nextTokenDispatches, partsOf } from "./next_token_dispatches.ts";
import { SAMPLED_TOKEN } from "./records.ts";

export type { NextTokenOptions } from "./next_token_dispatches.ts";

/** `done` counts the tokens generated so far; this bit of it is set when the sequence has finished. */
export const FINISHED = 0x80000000;

/** Updated in place: position, token, done [S] u32, completions [S, L, 3], seen [S, ceil(V / 32)] u32. */
type State = { position: Tensor; token: Tensor; done: Tensor; completions: Tensor; seen?: Tensor | undefined };
type In = State & { logits: Tensor; sequence_key: Tensor; token_marks: Tensor };
type Out = "position" | "token" | "done" | "completions" | "draws";

/** logits [S, V], sequence_key [S] u32, token_marks [2, ceil(V / 32)] u32 -> the state of each sequence, one token further. */
export const nextTokenOp = defineOp<In, Out, NextTokenOptions>({
  name: "next_token",
  shape: (inputs) => {
    const { logits, completions, position, token, done } = inputs;
    if (logits.shape.length !== 2 || completions.shape.length !== 3 || completions.shape[2] !== SAMPLED_TOKEN.size) {
      throw shapeError("next_token", inputs, "logits [S, V] and completions [S, L, 3]");
    }
    return {
      position: { inPlaceOf: position },
      token: { inPlaceOf: token },
      done: { inPlaceOf: done },
      completions: { inPlaceOf: completions },
      draws: { shape: [logits.shape[0]!, partsOf(logits.size(1)), DRAW_SIZE] },
    };
  },
  forward: ({ inputs: { logits, sequence_key, token_marks, seen }, outputs: { draws, ...state }, attributes }, device) =>
    nextTokenDispatches({ logits, sequence_key, token_marks, seen, draws, state }, attributes, device),
});

/** Sets of tokens as bits, one row of words a set: bit t of set n is bit t % 32 of word t / 32 of row n. Ids beyond the vocabulary are left out. */
export function markTokens(vocabulary: number, sets: readonly Iterable<number>[]): Uint32Array<ArrayBuffer> {
  const words = markWords(vocabulary);
  const marks = new Uint32Array(sets.length * words);
  sets.forEach((tokens, set) => {
    for (const token of tokens) if (token < vocabulary) marks[set * words + (token >>> 5)]! |= 1 << (token & 31);
  });
  return marks;
}

/** Words of 32 marks that a set of tokens takes. */
export function markWords(vocabulary: number): number {
  return Math.ceil(vocabulary / 32);
}

/** Samples a token for every sequence and appends it, all on the GPU; sequences that have finished stay as they are. */
export function nextToken(
  given: {
    readonly logits: Tensor;
    /** Keys the random numbers: the same key, seed and position give the same numbers in any batch. */
    readonly sequenceKey: Tensor;
    /** [2, ceil(V / 32)], from markTokens: the tokens that end a sequence, and those that are never drawn. */
    readonly tokenMarks: Tensor;
    /** Position of the last token of each sequence. */
    readonly position: Tensor;
    readonly token: Tensor;
    readonly done: Tensor;
    /** [S, L, 3], a SAMPLED_TOKEN of each token: log-probability and entropy are those of the whole softmax(logits / temperature). */
    readonly completions: Tensor;
    /** [S, ceil(V / 32)], from markTokens: the tokens of each sequence so far. Needed for a repetition penalty alone. */
    readonly seen?: Tensor | undefined;
  },
  options: NextTokenOptions,
): void {
  const { sequenceKey, tokenMarks, ...others } = given;
  nextTokenOp({ ...others, sequence_key: sequenceKey, token_marks: tokenMarks }, options);
}
