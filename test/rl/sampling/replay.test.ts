import assert from "node:assert/strict";
import { test } from "node:test";
import type { ScoredRollout } from "../../../src/rl/sampling/dynamic_sampling.ts";
import { createReplay } from "../../../src/rl/sampling/replay.ts";

type Scores = ScoredRollout["scores"];

/** One group of two completions of two tokens each. */
function group(name: string, rewards: readonly number[], more: Pick<Scores, "byToken" | "unpunished"> = {}): ScoredRollout {
  const entries = rewards.map(() => ({ text: name, completion: { ids: [1, 2] } }));
  const scores: Scores = { rewards, byFunction: new Map([["r", rewards]]), parts: [{ weight: 1, scores: rewards }], ...more };
  return { entries: entries as unknown as ScoredRollout["entries"], scores };
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
    const replay = createReplay({ most: 1, completions: 2 });
    replay.replace(kept, 0);
    const alike = group("alike", [1, 1], kept === whole ? { byToken: lists([0, 1], [0, 1]) } : {});
    const { trained } = replay.replace(alike, 1);
    assert.deepEqual(texts(trained), texts(kept));
    assert.deepEqual(trained.scores.byToken, expected);
  }
});

test("a group whose tokens earn one sum in another order teaches, and is kept", () => {
  const replay = createReplay({ most: 2, completions: 2 });
  replay.replace(group("order", [1, 1], { byToken: lists([1, 0], [0, 1]) }), 0);
  replay.replace(group("alike", [1, 1], { byToken: lists([0, 1], [0, 1]) }), 1);
  assert.deepEqual(replay.groups.map(texts), [["order", "order"]]);
});

test("a group that differs by its punishment alone is not kept, and stays where there is none to replay", () => {
  const replay = createReplay({ most: 2, completions: 2 });
  const long = group("long", [0, -1], { unpunished: { rewards: [0, 0] } });
  const { trained } = replay.replace(long, 0);
  assert.deepEqual([texts(trained), trained.scores.rewards, replay.groups], [["long", "long"], [0, -1], []]);
  replay.replace(group("mixed", [0, 0], { unpunished: { rewards: [0, 1] } }), 1);
  assert.deepEqual(texts(replay.replace(long, 2).trained), ["mixed", "mixed"]);
});
