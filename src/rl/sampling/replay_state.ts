import { z } from "zod";
import { encodePrompt, promptText } from "../../data/prompt.ts";
import { ConfigError } from "../../options/problems.ts";
import { quoted } from "../../options/quote.ts";
import { decimal, list, oneOf, text, whole } from "../../options/schema.ts";
import type { Problem } from "../../tasks/task.ts";
import type { TrainConfig } from "../config/index.ts";
import type { PolicyModel } from "../model.ts";
import { OVERLONG } from "../scoring/overlong.ts";
import type { KeptGroup } from "./replay.ts";
import type { RolloutEntry } from "./rollout.ts";

const score = () => decimal().nullable();
const scores = () => list(score(), "a list of numbers and null");
const bytes = () => z.string({ error: "numbers in base64" });

/** A kept group as a checkpoint holds it. Numbers of tokens, those of all completions end to end, are in base64, which keeps every bit. */
export const savedGroup = z.strictObject(
  {
    step: whole({ min: 0 }),
    /** Its place among the training problems. */
    problem: whole({ min: 0 }),
    finish: list(oneOf(["stop", "length", "aborted"]), "a list of how completions ended"),
    lengths: list(whole({ min: 0 }), "a list of whole numbers"),
    ids: bytes(),
    logprobs: bytes(),
    entropies: bytes(),
    rewards: scores(),
    functions: list(z.strictObject({ name: text("a name"), weight: decimal(), scores: scores() }), "a list of reward functions"),
    /** Rewards of tokens, in double precision; absent where completions are rewarded as a whole. */
    tokenRewards: bytes().optional(),
  },
  { error: "a mapping with the keys of a replayed group" },
);

export type SavedGroup = z.output<typeof savedGroup>;

interface Subject {
  readonly model: Pick<PolicyModel, "tokenizer">;
  readonly trainProblems: readonly Problem[];
  readonly rewards: readonly { readonly name: string }[];
  readonly config: { readonly grpo: Pick<TrainConfig["grpo"], "overlongBuffer"> };
}

export function saveGroup({ step, entries, scores: given }: KeptGroup, { trainProblems }: Pick<Subject, "trainProblems">): SavedGroup {
  const completions = entries.map(({ completion }) => completion);
  const names = [...given.byFunction.keys()];
  return {
    step,
    problem: trainProblems.indexOf(entries[0]!.problem),
    finish: completions.map(({ finishReason }) => finishReason),
    lengths: completions.map(({ ids }) => ids.length),
    ids: toBase64(Uint32Array.from(completions.flatMap(({ ids }) => [...ids]))),
    logprobs: toBase64(Float32Array.from(completions.flatMap(({ logprobs }) => [...logprobs]))),
    entropies: toBase64(Float32Array.from(completions.flatMap(({ entropies }) => [...entropies]))),
    rewards: [...given.rewards],
    functions: given.parts.map(({ weight, scores }, i) => ({ name: names[i]!, weight, scores: [...scores] })),
    ...(given.byToken && { tokenRewards: toBase64(Float64Array.from(given.byToken.flatMap((own) => [...own]))) }),
  };
}

/**
 * The group of a checkpoint. Log-probabilities and entropies may be other than finite: earlier releases kept such groups.
 * @throws ConfigError where it is none of this run
 */
export function loadGroup(saved: SavedGroup, subject: Subject, completions: number): KeptGroup {
  const { model, trainProblems } = subject;
  checkFunctions(saved, subject);
  const { tokenizer } = model;
  const problem = trainProblems[saved.problem];
  const total = saved.lengths.reduce((sum, length) => sum + length, 0);
  const ids = fromBase64(saved.ids, total, Uint32Array);
  const logprobs = fromBase64(saved.logprobs, total, Float32Array);
  const entropies = fromBase64(saved.entropies, total, Float32Array);
  const tokenRewards = saved.tokenRewards === undefined ? undefined : fromBase64(saved.tokenRewards, total, Float64Array);
  const lists = [saved.lengths, saved.finish, saved.rewards, ...saved.functions.map(({ scores }) => scores)];
  const isWhole = ids && logprobs && entropies && (tokenRewards?.every(Number.isFinite) ?? saved.tokenRewards === undefined);
  if (!problem || !isWhole || lists.some(({ length }) => length !== completions)) {
    throw refused(saved, "; resume with the task, the rewards and the completions it was saved under");
  }
  const prompt = { problem, prompt: promptText(tokenizer, problem.prompt), promptIds: encodePrompt(tokenizer, problem.prompt) };
  const begins = saved.lengths.map((_, i) => saved.lengths.slice(0, i).reduce((sum, length) => sum + length, 0));
  const entries = saved.lengths.map((length, i): RolloutEntry => {
    const own = <Numbers extends { slice(begin: number, end: number): Numbers }>(all: Numbers): Numbers =>
      all.slice(begins[i]!, begins[i]! + length);
    const completion = {
      ids: [...own(ids)],
      logprobs: own(logprobs),
      entropies: own(entropies),
      finishReason: saved.finish[i]!,
    };
    return { ...prompt, completion, text: tokenizer.decode(completion.ids, { specialTokens: true }) };
  });
  return {
    step: saved.step,
    entries,
    scores: {
      rewards: saved.rewards,
      byFunction: new Map(saved.functions.map(({ name, scores }) => [name, scores])),
      parts: saved.functions.map(({ weight, scores }) => ({ weight, scores })),
      byToken: tokenRewards && saved.lengths.map((length, i) => tokenRewards.slice(begins[i]!, begins[i]! + length)),
    },
  };
}

/** @throws ConfigError where other functions scored the group than those of this run, of which the punishment of length is the last */
function checkFunctions(saved: SavedGroup, { rewards, config }: Subject): void {
  const names = [...rewards, ...(config.grpo.overlongBuffer > 0 ? [{ name: OVERLONG }] : [])].map(({ name }) => name);
  const before = saved.functions.map(({ name }) => name);
  if (names.length === before.length && names.every((name, i) => name === before[i])) return;
  const listed = (list: readonly string[]): string => list.map(quoted).join(", ");
  const why = `: its rewards are ${listed(before)}, and this run has ${listed(names)}`;
  throw refused(saved, `${why}; resume with the rewards and the grpo.overlongBuffer it was saved under`);
}

function refused({ problem }: SavedGroup, why: string): ConfigError {
  return new ConfigError([`the saved state keeps a group of problem ${problem} for replay which is none of this run${why}`]);
}

function toBase64(numbers: Uint32Array | Float32Array | Float64Array): string {
  let binary = "";
  for (const byte of new Uint8Array(numbers.buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Numbers of a text; undefined where it is not base64 of exactly `count`. */
function fromBase64<Numbers extends Uint32Array | Float32Array | Float64Array>(
  text: string,
  count: number,
  Kind: { new (buffer: ArrayBuffer): Numbers; readonly BYTES_PER_ELEMENT: number },
): Numbers | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const own = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (own.length !== count * Kind.BYTES_PER_ELEMENT) return undefined;
  return new Kind(own.buffer);
}
