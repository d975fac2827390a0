import type { Device } from "../../src/gpu/device.ts";
import { build } from "../../src/gpu/parts.ts";
import type { LanguageModel } from "../../src/nn/language_model.ts";
import { createSampler } from "../../src/policy/sampler.ts";
import { createRandom } from "../../src/random.ts";
import { repeat, type Span, timed } from "../pace.ts";
import { type Spread, spreadOf } from "../sampling.ts";
import { place, type Shape } from "./shapes.ts";

/** What one token of every sequence costs. */
export interface DecodeTime {
  readonly shape: string;
  readonly sequences: number;
  readonly topP: number;
  /** Positions before the first new token. */
  readonly promptLength: number;
  /** Milliseconds for one token of all sequences: the median of the rounds. */
  readonly millisecondsPerToken: number;
  readonly tokensPerSecond: number;
  /** How much the rounds differ, and how many there were; absent where there is no time. */
  readonly milliseconds?: Spread;
  readonly rounds?: number;
  /** Why there is no time; the numbers are then zero. */
  readonly failed?: string;
}

export interface DecodeOptions {
  readonly sequences: readonly number[];
  readonly topP: readonly number[];
  readonly newTokens: number;
  /** Is given what is known after every time. */
  readonly report?: (times: readonly DecodeTime[]) => void;
  readonly now?: () => number;
}

/** An idle GPU has low clocks, so rounds that are not counted come first. On software adapters the first round compiles. */
const SPANS = {
  software: { warmUp: { runs: 1, milliseconds: 0 }, rounds: { runs: 4, milliseconds: 0 } },
  hardware: { warmUp: { runs: 1, milliseconds: 500 }, rounds: { runs: 3, milliseconds: 3000 } },
} as const;

/** Times decoding after prompts that fill the context but for the new tokens. What the device did not live to do is marked as failed. */
export async function timeDecoding(device: Device, shape: Shape, options: DecodeOptions): Promise<DecodeTime[]> {
  const { model, placed } = place(device, shape);
  const promptLength = shape.context - options.newTokens;
  const times: DecodeTime[] = [];
  for (const sequences of options.sequences) {
    for (const topP of options.topP) {
      const known = { shape: shape.name, sequences, topP, promptLength };
      try {
        const rounds = await timeOne(device, model, { ...options, ...known });
        const milliseconds = spreadOf(rounds);
        const millisecondsPerToken = milliseconds.median;
        const tokensPerSecond = (1e3 * sequences) / millisecondsPerToken;
        times.push({ ...known, millisecondsPerToken, tokensPerSecond, milliseconds, rounds: rounds.length });
      } catch (error) {
        // Many sequences may need more memory than there is. That fails the device too, and fewer are still worth knowing.
        times.push({ ...known, millisecondsPerToken: 0, tokensPerSecond: 0, failed: (error as Error).message.split("\n")[0]! });
      }
      options.report?.(times);
    }
  }
  placed.destroy();
  return times;
}

type One = Pick<DecodeTime, "sequences" | "topP" | "promptLength"> & Pick<DecodeOptions, "newTokens" | "now">;

/** Milliseconds for a token of all sequences, in each round. */
async function timeOne(device: Device, model: LanguageModel, one: One): Promise<number[]> {
  const parts = await build(async (own) => ({
    all: own(await openGeneration(device, model, one)),
    first: own(await openGeneration(device, model, { ...one, newTokens: 1 })),
  }));
  try {
    const { warmUp, rounds } = SPANS[device.software ? "software" : "hardware"];
    const run = (span: Span) =>
      timeDifference(
        () => parts.all.run(),
        () => parts.first.run(),
        span,
        one.now,
      );
    await run(warmUp);
    return (await run(rounds)).map((difference) => difference / (one.newTokens - 1));
  } finally {
    parts.destroy();
  }
}

/**
 * The milliseconds that one thing takes longer than another, in each round. The second, which takes most of the first one's time where
 * prompts are long, is timed before and after it, so that clocks that move between them cancel out.
 */
export async function timeDifference(
  whole: () => Promise<unknown>,
  part: () => Promise<unknown>,
  span: Span,
  now?: () => number,
): Promise<number[]> {
  let before = await timed(part, now);
  return repeat(
    span,
    async () => {
      const all = await timed(whole, now);
      const after = await timed(part, now);
      const difference = all - (before + after) / 2;
      before = after;
      return difference;
    },
    now,
  );
}

/** A call that gives every sequence so many new tokens. The first of them comes with the pass over the prompts. */
async function openGeneration(
  device: Device,
  model: LanguageModel,
  { sequences, topP, promptLength, newTokens }: One,
): Promise<{ run(): Promise<unknown>; destroy(): void }> {
  const sampler = await createSampler({
    device,
    model,
    sequences,
    // Prompts pass in groups, so that activations of many long ones need no room.
    promptRows: Math.min(sequences, 8) * promptLength,
    maxLength: promptLength + newTokens,
    maxNewTokens: newTokens,
    sampling: { temperature: 1, topK: 0, topP },
    stopTokens: [],
  });
  const { integer } = createRandom(5);
  const ids = (): number[] => Array.from({ length: promptLength }, () => integer(model.vocabSize));
  const prompts = Array.from({ length: sequences }, (_, key) => ({ ids: ids(), key }));
  return { run: () => sampler.generate(prompts, 7), destroy: sampler.destroy };
}
