import assert from "node:assert/strict";
import { test } from "node:test";
import type { TeachingOptions } from "../../../src/rl/advantages/teaching.ts";
import type { ScoredRollout } from "../../../src/rl/sampling/dynamic_sampling.ts";
import { createReplay } from "../../../src/rl/sampling/replay.ts";

type Scores = ScoredRollout["scores"];

const options = { completions: 2, advantage: "grpo", advantageK: 4 } as const;

/** One group of two completions of two tokens each. */
function group(name: string, rewards: readonly number[], more: Partial<Scores> = {}): ScoredRollout {
  const entries = rewards.map(() => ({ text: name, completion: { ids: [1, 2], logprobs: [-1, -1], entropies: [1, 1] } }));
  const scores: Scores = { rewards, byFunction: new Map([["r", rewards]]), parts: [{ weight: 1, scores: rewards }], ...more };
  return { entries: entries as unknown as ScoredRollout["entries"], scores };
}

/** The same, with these log-probabilities and entropies of its first completion. */
function measured(name: string, { logprobs = [-1, -2], entropies = [1, 2] }: { logprobs?: number[]; entropies?: number[] }): ScoredRollout {
  const { entries, scores } = group(name, [0, 1]);
  const completionOf = (which: number) =>
    which === 0 ? { ids: [1, 2], logprobs, entropies } : { ids: [1, 2], logprobs: [-1, -1], entropies: [1, 1] };
  return { entries: entries.map((entry, i) => ({ ...entry, completion: completionOf(i) })) as unknown as typeof entries, scores };
}

const lists = (...rewards: number[][]): Float64Array[] => rewards.map((list) => Float64Array.from(list));
const texts = ({ entries }: ScoredRollout): string[] => entries.map(({ text }) => text);

test("a group without rewards of tokens is replayed among those that have them, and the other way round", () => {
  const ofTokens = group("tokens", [1, 0], { byToken: lists([1, 0], [0, 0]) });
  const whole = group("whole", [0, 2]);
  for (const [kept, expected] of [
    [whole, lists([0, 0], [0, 2])],
    [ofTokens, lists([1, 0], [0, 0])],
  ] as const) {
    const replay = createReplay({ most: 1, ...options });
    replay.replace(kept, 0);
    const alike = group("alike", [1, 1], kept === whole ? { byToken: lists([0, 1], [0, 1]) } : {});
    const { trained } = replay.replace(alike, 1);
    assert.deepEqual(texts(trained), texts(kept));
    assert.deepEqual(trained.scores.byToken, expected);
  }
});

test("a group whose tokens earn one sum in another order teaches, and is kept", () => {
  const replay = createReplay({ most: 2, ...options });
  replay.replace(group("order", [1, 1], { byToken: lists([1, 0], [0, 1]) }), 0);
  replay.replace(group("alike", [1, 1], { byToken: lists([0, 1], [0, 1]) }), 1);
  assert.deepEqual(replay.groups.map(texts), [["order", "order"]]);
});

test("a group that differs by its punishment alone is not kept, and stays where there is none to replay", () => {
  const replay = createReplay({ most: 2, ...options });
  const long = group("long", [0, -1], { unpunished: { rewards: [0, 0] } });
  const { trained } = replay.replace(long, 0);
  assert.deepEqual([texts(trained), trained.scores.rewards, replay.groups], [["long", "long"], [0, -1], []]);
  replay.replace(group("mixed", [0, 0], { unpunished: { rewards: [0, 1] } }), 1);
  assert.deepEqual(texts(replay.replace(long, 2).trained), ["mixed", "mixed"]);
});

test("a group with a log-probability or an entropy that is not finite is learned from once and not kept, nor taken from a checkpoint", () => {
  const broken = [measured("logprob", { logprobs: [-1, Number.NaN] }), measured("entropy", { entropies: [Infinity, 1] })];
  const replay = createReplay({ most: 4, ...options });
  for (const [step, group] of [...broken, measured("fine", {})].entries()) assert.equal(replay.replace(group, step).trained, group);
  assert.deepEqual(replay.groups.map(texts), [["fine", "fine"]]);
  replay.load([...broken, measured("saved", {}), ...broken].map((group, step) => ({ ...group, step })));
  assert.deepEqual(replay.groups.map(texts), [["saved", "saved"]]);
});

test("no group of a checkpoint is taken where none are to be kept, and the newest where fewer are", () => {
  const saved = ["a", "b", "c"].map((name, step) => ({ ...group(name, [0, 1]), step }));
  for (const [most, expected] of [
    [0, []],
    [1, ["c"]],
    [3, ["a", "b", "c"]],
    [5, ["a", "b", "c"]],
  ] as const) {
    const replay = createReplay({ most, ...options });
    replay.load(saved);
    assert.deepEqual(
      replay.groups.map((one) => texts(one)[0]),
      expected,
    );
  }
});

test("what is kept and what is replaced follows the advantage, and not whether rewards differ", () => {
  const keeps = (advantage: TeachingOptions["advantage"], rewards: readonly number[], more: Partial<Scores> = {}): boolean => {
    const replay = createReplay({ most: 1, completions: rewards.length, advantage, advantageK: 2 });
    replay.replace(group("given", rewards, more), 0);
    return replay.groups.length === 1;
  };
  // Fewer than k wrong ones: every pair has a right one.
  assert.deepEqual([keeps("pass@k", [1, 1, 1, 0]), keeps("pass@k", [1, 1, 0, 0]), keeps("grpo", [1, 1, 1, 0])], [false, true, true]);
  assert.deepEqual([keeps("maxrl", [-1, 0, 0, 0]), keeps("maxrl", [1, 0, 0, 0]), keeps("grpo", [-1, 0, 0, 0])], [false, true, true]);
  const parts = [
    { weight: 1, scores: [1, 0, 1, 0] },
    { weight: 0.5, scores: [0, 2, 0, 2] },
  ];
  assert.deepEqual([keeps("gdpo", [1, 1, 1, 1], { parts }), keeps("grpo", [1, 1, 1, 1], { parts })], [true, false]);
});
