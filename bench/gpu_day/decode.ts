import type { Device } from "../../src/gpu/device.ts";
import type { LanguageModel } from "../../src/nn/language_model.ts";
import { createSampler } from "../../src/policy/sampler.ts";
import { createRandom } from "../../src/random.ts";
import { spreadOf } from "../sampling.ts";
import { place, type Shape } from "./shapes.ts";

/** What one token of every sequence costs. */
export interface DecodeTime {
  readonly shape: string;
  readonly sequences: number;
  readonly topP: number;
  /** Positions before the first new token. */
  readonly promptLength: number;
  /** Milliseconds for one token of all sequences. */
  readonly millisecondsPerToken: number;
  readonly tokensPerSecond: number;
  /** Why there is no time; the numbers are then zero. */
  readonly failed?: string;
}

export interface DecodeOptions {
  readonly sequences: readonly number[];
  readonly topP: readonly number[];
  readonly newTokens: number;
}

const ROUNDS = 5;

/** Times decoding after prompts that fill the context but for the new tokens. */
export async function timeDecoding(device: Device, shape: Shape, options: DecodeOptions): Promise<DecodeTime[]> {
  const { model, placed } = place(device, shape);
  const times: DecodeTime[] = [];
  for (const sequences of options.sequences) {
    for (const topP of options.topP) {
      const promptLength = shape.context - options.newTokens;
      const known = { shape: shape.name, sequences, topP, promptLength };
      try {
        const millisecondsPerToken = await timeOne(device, model, { ...options, ...known });
        times.push({ ...known, millisecondsPerToken, tokensPerSecond: (1e3 * sequences) / millisecondsPerToken });
      } catch (error) {
        // Many sequences may need more memory than there is; fewer are still worth knowing.
        times.push({ ...known, millisecondsPerToken: 0, tokensPerSecond: 0, failed: (error as Error).message.split("\n")[0]! });
        device.assertHealthy();
      }
    }
  }
  placed.destroy();
  return times;
}

type One = Pick<DecodeTime, "sequences" | "topP" | "promptLength"> & Pick<DecodeOptions, "newTokens">;

/** All new tokens less the first, which comes with the pass over the prompts. */
async function timeOne(device: Device, model: LanguageModel, one: One): Promise<number> {
  const all = await timeGeneration(device, model, one);
  const first = await timeGeneration(device, model, { ...one, newTokens: 1 });
  return (all - first) / (one.newTokens - 1);
}

/** Median milliseconds of a call that gives every sequence so many new tokens. */
async function timeGeneration(device: Device, model: LanguageModel, { sequences, topP, promptLength, newTokens }: One): Promise<number> {
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
  const rounds: number[] = [];
  // The first round compiles.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const start = performance.now();
    await sampler.generate(prompts, 7);
    if (round > 0) rounds.push(performance.now() - start);
  }
  sampler.destroy();
  return spreadOf(rounds).median;
}
