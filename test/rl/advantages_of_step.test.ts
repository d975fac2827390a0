import assert from "node:assert/strict";
import { test } from "node:test";
import { advantagesOf, type StepAdvantages } from "../../src/rl/advantages/of_step.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";
import type { RolloutEntry } from "../../src/rl/sampling/rollout.ts";

/** A completion whose tokens have these entropies. */
function entry(entropies: readonly number[]): RolloutEntry {
  const logprobs = new Float32Array(entropies.length);
  const completion = { ids: entropies.map(() => 1), logprobs, entropies: Float32Array.from(entropies), finishReason: "stop" } as const;
  return { problem: { prompt: "p" }, prompt: "p", promptIds: [1], completion, text: "t" };
}

interface Given {
  readonly rewards: readonly number[];
  readonly entropies?: readonly (readonly number[])[];
  readonly byToken?: readonly Float64Array[];
}

/** What the options of a configuration make of rewards. */
function of(grpo: object, { rewards, entropies = rewards.map(() => [0.5]), byToken }: Given): StepAdvantages {
  const config = parseTrainConfig({ model: "m", task: { name: "addition" }, grpo });
  return advantagesOf(entropies.map(entry), { rewards, byToken, byFunction: new Map(), parts: [{ scores: rewards, weight: 1 }] }, config);
}

function close(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) assert.ok(Math.abs(actual[i]! - value) < 1e-12, `${i}: ${actual[i]}, expected ${value}`);
}

const rewards = [1, 0, 0, 0];

test("pass@k takes the k of advantageK", () => {
  // k 2: of 6 pairs 3 pass, so mean and std are 1/2; of the 3 pairs of a wrong one 1 passes: (1/3 - 1/2) / (1/2).
  close(of({ advantage: "pass@k", advantageK: 2, completions: 4 }, { rewards }).advantages, [1, -1 / 3, -1 / 3, -1 / 3]);
  // k 3: of 4 triples 3 pass, std sqrt(3) / 4; of the 3 triples of a wrong one 2 pass.
  const std = Math.sqrt(3) / 4;
  const wrong = (2 / 3 - 3 / 4) / std;
  close(of({ advantage: "pass@k", advantageK: 3, completions: 4 }, { rewards }).advantages, [1 / 4 / std, wrong, wrong, wrong]);
});

test("w-reinforce takes the lambda of advantageLambda, for whole completions and for tokens", () => {
  const grpo = { advantage: "w-reinforce", advantageLambda: 0.5, completions: 4 };
  close(of(grpo, { rewards }).advantages, [0.5, -1, -1, -1]);
  const byToken = [[0, 1], [0], [0, 0], [0]].map((own) => Float64Array.from(own));
  const { advantages, tokenAdvantages } = of(grpo, { rewards, byToken });
  close(advantages, [0.5, -1, -1, -1]);
  close(
    tokenAdvantages!.flatMap((own) => Array.from(own)),
    [0.5, 0.5, -1, -1, -1, -1],
  );
});

test("gepo takes its band and its damping, and the entropies of each group's tokens", () => {
  const grpo = { advantage: "gepo", completions: 2, gepoLow: 0.3, gepoHigh: 0.6, gepoDamping: 0.25 };
  const given = { rewards: [1, 0, 1, 0, 1, 0], entropies: [[0.1], [0.1], [0.3, 0.45, 0.45], [0.4], [0.5], [1, 1, 1.1]] };
  const { advantages, damped } = of(grpo, given);
  // Groups of mean entropy 0.1, 0.4 and 0.9: below the band the right one is damped, above it the wrong one.
  const whole = 0.5 / (Math.sqrt(0.5) + 1e-6);
  close(
    advantages,
    [0.25, -1, 1, -1, 1, -0.25].map((factor) => factor * whole),
  );
  assert.equal(damped, 2 / 6);
  assert.equal(of({ ...grpo, gepoLow: 0.05, gepoHigh: 1 }, given).damped, 0);
  assert.equal(of({ ...grpo, gepoLow: 0.45 }, given).damped, 3 / 6);
  assert.equal(of({ ...grpo, gepoHigh: 0.35 }, given).damped, 3 / 6);
  close(
    of({ ...grpo, advantage: "grpo" }, given).advantages,
    [1, -1, 1, -1, 1, -1].map((factor) => factor * whole),
  );
  assert.equal(of({ ...grpo, advantage: "grpo" }, given).damped, undefined);
});
