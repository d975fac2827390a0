import type { NamedReward } from "../../../rl/scoring/rewards.ts";
import { hashText } from "../../../tasks/split.ts";
import type { Task, TextProblem } from "../../../tasks/task.ts";

/** The options of the task. */
export interface NoisyStringsOptions {
  /** Characters of prompts and answers: the first ones of the Latin alphabet. */
  readonly characters: number;
  /** Prompts, one character each. */
  readonly prompts: number;
  /** Characters of every answer. */
  readonly length: number;
  /** Good characters at each place of an answer. */
  readonly good: number;
  /** The chance of a reward without any good character, and with good characters only. */
  readonly lowest: number;
  readonly highest: number;
  /** Share of good characters, beyond chance, in the answers of the warm start. */
  readonly warmth: number;
}

/** A task whose rewards are coin tosses, so that they never become all equal. */
export interface NoisyStrings extends Task {
  /** The reward is 1 with the answer's chance, else 0. The seed, the step and the place in the batch alone decide the toss. */
  noisyReward(seed: number): NamedReward;
}

/** Different answers of one prompt that the warm start sees. */
const WARM_ANSWERS = 512;

/**
 * Answer a character with a string of fixed length. Each place has a few good characters, which depend on the prompt; the more of them
 * an answer has, the likelier its reward, so there are `good ** length` best answers and none that is rewarded always or never.
 * `reward` is the chance of a reward itself. Both splits hold the same prompts: the task measures control, not generalisation.
 */
export function noisyStrings(options: NoisyStringsOptions): NoisyStrings {
  const { characters, prompts, length, lowest, highest, warmth } = options;
  const alphabet = "abcdefghijklmnopqrstuvwxyz".slice(0, characters);
  const problems = [...alphabet].slice(0, prompts).map((prompt): TextProblem => ({ prompt }));
  const good = new Map(problems.map(({ prompt }) => [prompt, goodCharacters(prompt, [...alphabet], options)]));
  const chance = (prompt: string, answer: string): number => {
    const places = good.get(prompt)!;
    const hits = [...answer].filter((character, place) => places[place]?.has(character)).length;
    return lowest + ((highest - lowest) * hits) / length;
  };
  const reward = (problem: TextProblem, completion: string): number => chance(problem.prompt, completion);
  return {
    name: "noisy-strings",
    description: "Answer a character with a string; the better the string, the likelier the reward",
    alphabet,
    stop: "",
    maxPromptLength: 1,
    maxCompletionLength: length,
    problems: () => problems,
    solutions: ({ prompt }) => warmAnswers(prompt, good.get(prompt)!, alphabet, warmth),
    reward,
    noisyReward: (seed) => ({
      name: "noisy",
      reward: ({ prompts, completions, state }) =>
        completions.map((completion, i) => (coin(seed, state.step, i) < chance(prompts[i]!, completion) ? 1 : 0)),
    }),
  };
}

function goodCharacters(prompt: string, alphabet: readonly string[], options: NoisyStringsOptions): ReadonlySet<string>[] {
  return Array.from({ length: options.length }, (_, place) => {
    const rank = (character: string): number => hashText(`${prompt} place ${place} ${character}`);
    return new Set([...alphabet].sort((a, b) => rank(a) - rank(b)).slice(0, options.good));
  });
}

/** Answers for supervised learning to imitate. Each character is a good one with chance `warmth`, else any. */
function warmAnswers(prompt: string, good: readonly ReadonlySet<string>[], alphabet: string, warmth: number): string[] {
  const seed = hashText(`answers of ${prompt}`);
  return Array.from({ length: WARM_ANSWERS }, (_, answer) =>
    good
      .map((characters, place) => {
        const pool = coin(seed, answer, 2 * place) < warmth ? [...characters] : alphabet;
        return pool[Math.floor(coin(seed, answer, 2 * place + 1) * pool.length)]!;
      })
      .join(""),
  );
}

/** A uniform number in [0, 1) of three counters: the same for the same counters, whatever was drawn before. */
export function coin(a: number, b: number, c: number): number {
  let hash = 0x9e3779b9;
  for (const counter of [a, b, c]) {
    hash = Math.imul(hash ^ counter, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
    hash ^= hash >>> 13;
  }
  return (hash >>> 0) / 2 ** 32;
}
