import assert from "node:assert/strict";
import { test } from "node:test";
import { combineRewards, type RewardFunction, type RewardInput } from "../../../src/rl/scoring/rewards.ts";

const input: RewardInput = {
  prompts: ["a", "a", "b", "c"],
  completions: ["1", "2", "3", "4"],
  completionIds: [[1], [2], [3], [4]],
  columns: { level: [1, 1, 2, 3] },
  state: { step: 0 },
};

/** Never ends for the prompt b, throws for c. */
const troubled: RewardFunction = async ({ prompts, completions }) => {
  if (prompts[0] === "b") await new Promise(() => {});
  if (prompts[0] === "c") throw new Error("c is too much");
  return completions.map(Number);
};

test("what takes too long or throws leaves its prompt's completions unscored and no other, and is named", { timeout: 10_000 }, async () => {
  const named = { name: "troubled", reward: troubled, onError: "unscored", timeout: 0.05 } as const;
  const { rewards, failures } = await combineRewards([named])(input);
  assert.deepEqual(rewards, [1, 2, null, null]);
  const failed = failures!.get("troubled")!.toSorted((one, other) => (one.prompt < other.prompt ? -1 : 1));
  assert.deepEqual(
    failed.map(({ prompt, completions }) => [prompt, completions]),
    [
      ["b", 1],
      ["c", 1],
    ],
  );
  assert.match(failed[0]!.reason, /took longer than 0\.05 s on the prompt "b"/);
  assert.match(failed[1]!.reason, /c is too much/);
});

test("asked to stop, a function that takes too long rejects", { timeout: 10_000 }, async () => {
  const named = { name: "troubled", reward: troubled, onError: "stop", timeout: 0.05 } as const;
  await assert.rejects(combineRewards([named])({ ...input, prompts: ["b", "b", "b", "b"] }), {
    name: "RewardError",
    message: /took longer than/,
  });
});
