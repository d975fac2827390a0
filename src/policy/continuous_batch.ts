import { EngineError } from "../gpu/errors.ts";
import type { Completion, Prompt } from "./completion.ts";
import { longestOf, roomBehind, type SamplerOptions } from "./sampler_options.ts";

/** A sequence that is being generated. */
export interface ActiveSequence {
  /** Which prompt of the call it continues. */
  readonly index: number;
  readonly prompt: Prompt;
  /** The slots of the cache with the keys and values of its prompt and of its own tokens. */
  readonly promptSlot: number;
  readonly slot: number;
  /** A sequence that was admitted with this one and has the same prompt: it is read for both, and lies in the same slot. */
  readonly twin: ActiveSequence | undefined;
  readonly ids: number[];
  readonly logprobs: number[];
  readonly entropies: number[];
}

/** Tokens that a sequence has got, and whether the GPU will give it no more. */
export interface NewTokens {
  readonly ids: readonly number[];
  readonly logprobs: readonly number[];
  readonly entropies: readonly number[];
  readonly isFinished: boolean;
}

/** Which sequences are generated at a time: a slot is taken again as soon as its sequence has ended. */
export interface ContinuousBatch {
  /** Sequences in the order of their rows. Those that have no token yet come first. */
  readonly rows: readonly ActiveSequence[];
  readonly isDone: boolean;
  /** Whether another prompt waits for slots that are free. */
  readonly hasRoom: boolean;
  /**
   * Gives free slots to waiting prompts, as many as one pass has rows for. Prompts that are alike need rows once. Returns their sequences,
   * which are now the first rows.
   */
  admit(): readonly ActiveSequence[];
  /** Adds new tokens to a sequence. Returns those that stay, and the completion where the sequence has ended. */
  extend(sequence: ActiveSequence, tokens: NewTokens): { readonly ids: readonly number[]; readonly completion?: Completion };
  /** Ends every sequence as it stands, the waiting ones too. */
  abort(): readonly { readonly index: number; readonly completion: Completion }[];
}

type BatchOptions = Pick<
  SamplerOptions,
  "sequences" | "promptSlots" | "promptRows" | "maxLength" | "maxNewTokens" | "longestPrompt" | "stopTokens" | "stopAfter"
>;

/** @throws EngineError for a prompt that is empty or too long */
export function createContinuousBatch(prompts: readonly Prompt[], options: BatchOptions): ContinuousBatch {
  checkPrompts(prompts, options);
  const stops = new Set(options.stopTokens);
  const freeSlots = descending(options.sequences);
  const freePromptSlots = descending(options.promptSlots ?? options.sequences);
  let next = 0;
  let rows: readonly ActiveSequence[] = [];
  const start = (index: number, twin: ActiveSequence | undefined): ActiveSequence => {
    const promptSlot = twin ? twin.promptSlot : freePromptSlots.pop()!;
    return { index, prompt: prompts[index]!, promptSlot, slot: freeSlots.pop()!, twin, ids: [], logprobs: [], entropies: [] };
  };
  return {
    get rows() {
      return rows;
    },
    get isDone() {
      return rows.length === 0 && next === prompts.length;
    },
    get hasRoom() {
      return freeSlots.length > 0 && freePromptSlots.length > 0 && next < prompts.length;
    },
    admit: () => {
      const fresh: ActiveSequence[] = [];
      const read = new Map<string, ActiveSequence>();
      for (let room = options.promptRows; freeSlots.length > 0 && next < prompts.length; next += 1) {
        const { ids } = prompts[next]!;
        const text = ids.join();
        const twin = read.get(text);
        room -= twin ? 0 : ids.length;
        if (room < 0 || (!twin && freePromptSlots.length === 0)) break;
        const sequence = start(next, twin);
        if (!twin) read.set(text, sequence);
        fresh.push(sequence);
      }
      if (fresh.length > 0) rows = [...fresh, ...rows];
      return fresh;
    },
    extend: (sequence, tokens) => {
      const before = sequence.ids.length;
      append(sequence, tokens);
      const kept = options.stopAfter?.(sequence.ids, before);
      if (kept !== undefined) truncate(sequence, kept);
      const ids = sequence.ids.slice(before);
      // The GPU counts to maxNewTokens, and the room behind a long prompt is less.
      const isFull = sequence.ids.length >= roomBehind(sequence.prompt, options);
      if (kept === undefined && !tokens.isFinished && !isFull) return { ids };
      const hasStopped = kept !== undefined || stops.has(sequence.ids.at(-1)!);
      rows = rows.filter((other) => other !== sequence);
      freeSlots.push(sequence.slot);
      if (rows.every(({ promptSlot }) => promptSlot !== sequence.promptSlot)) freePromptSlots.push(sequence.promptSlot);
      return { ids, completion: toCompletion(sequence, hasStopped ? "stop" : "length") };
    },
    abort: () => {
      const waiting = prompts.slice(next).map((_, i) => ({ index: next + i, ids: [], logprobs: [], entropies: [] }));
      const ended = [...rows, ...waiting].map((sequence) => ({ index: sequence.index, completion: toCompletion(sequence, "aborted") }));
      rows = [];
      next = prompts.length;
      return ended;
    },
  };
}

/** n - 1 .. 0: slots to be taken from the end. */
function descending(n: number): number[] {
  return Array.from({ length: n }, (_, i) => n - 1 - i);
}

function checkPrompts(prompts: readonly Prompt[], options: BatchOptions): void {
  const longest = longestOf(options);
  const wrong = prompts.find(({ ids }) => ids.length === 0 || ids.length > longest);
  if (!wrong) return;
  throw new EngineError(`a prompt has ${wrong.ids.length} tokens; it must have 1 to ${longest}, beside ${options.maxNewTokens} new ones`);
}

function append(sequence: ActiveSequence, { ids, logprobs, entropies }: NewTokens): void {
  sequence.ids.push(...ids);
  sequence.logprobs.push(...logprobs);
  sequence.entropies.push(...entropies);
}

function truncate(sequence: ActiveSequence, length: number): void {
  for (const list of [sequence.ids, sequence.logprobs, sequence.entropies]) list.splice(length);
}

function toCompletion(
  { ids, logprobs, entropies }: Pick<ActiveSequence, "ids" | "logprobs" | "entropies">,
  finishReason: Completion["finishReason"],
): Completion {
  return { ids, logprobs: Float32Array.from(logprobs), entropies: Float32Array.from(entropies), finishReason };
}
