import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdvantageName } from "../../src/rl/advantages/index.ts";
import { stepSignals } from "../../src/rl/learning/step_signals.ts";
import type { Run } from "../../src/rl/run.ts";
import type { ScoredRollout } from "../../src/rl/sampling/dynamic_sampling.ts";

const config = { grpo: { steps: 8, completions: 2, advantage: "grpo", advantageK: 4 } } as Run["config"];

/** Completions of two tokens each, with these entropies and rewards. */
function rollout(entropies: readonly (readonly [number, number])[], rewards: readonly (number | null)[]): ScoredRollout {
  const entries = entropies.map((own) => ({ completion: { entropies: Float32Array.from(own) } }));
  return { entries, scores: { rewards, parts: [] } } as unknown as ScoredRollout;
}

const near = (actual: number | undefined, expected: number): void => assert.ok(Math.abs(actual! - expected) < 1e-6, `${actual}`);

test("entropies of right and wrong tokens are told apart by the sign of their advantage; masked samples do not count", () => {
  const all = rollout(
    [
      [0.1, 0.3],
      [0.5, 0.7],
      [0.9, 0.9],
      [2, 2],
    ],
    [1, 0, 1, 1],
  );
  const samples = [{ advantage: 1 }, { advantage: [-1, 1] }, { advantage: 0 }, { advantage: 3, isMasked: true }];
  const { progress, spread, right, wrong } = stepSignals({ config }, { rollout: { all, trained: all }, samples, step: 2 });
  assert.deepEqual([progress, spread], [0.25, 0.5]);
  near(right, (0.1 + 0.3 + 0.7) / 3);
  near(wrong, 0.5);
});

test("the length of answers is a mean over the samples that are learned from", () => {
  const entries = [1, 4, 9, 9].map((length) => ({ completion: { entropies: new Float32Array(length) } }));
  const all = { entries, scores: { rewards: [1, 0, 1, 0], parts: [] } } as unknown as ScoredRollout;
  const lengthOf = (isMasked: readonly boolean[]): number | undefined =>
    stepSignals({ config }, { rollout: { all, trained: all }, samples: isMasked.map((one) => ({ advantage: 1, isMasked: one })), step: 0 })
      .length;
  assert.deepEqual([lengthOf([false, false, true, true]), lengthOf([true, true, true, true])], [2.5, undefined]);
});

test("all sampled groups count for the spread; without a sign there is no entropy; a program that goes on stays at the end of the run", () => {
  const all = rollout(Array(6).fill([0.1, 0.1]), [1, 0, 1, 1, null, null]);
  const trained = rollout(Array(2).fill([0.1, 0.1]), [1, 1]);
  const told = stepSignals({ config }, { rollout: { all, trained }, samples: [{ advantage: 0 }, { advantage: 0 }], step: 9 });
  near(told.spread, 1 / 3);
  assert.deepEqual([told.progress, told.right, told.wrong], [1, undefined, undefined]);
});

test("punished lengths do not make a group one with spread, and rewards of tokens do", () => {
  const spreadOf = (scores: Partial<ScoredRollout["scores"]>): number => {
    const all = { ...rollout(Array(4).fill([0.1, 0.1]), [0, -1, 0, 0]) };
    const told = { all: { ...all, scores: { ...all.scores, ...scores } }, trained: all };
    return stepSignals({ config }, { rollout: told, samples: Array(4).fill({ advantage: 0 }), step: 0 }).spread;
  };
  assert.equal(spreadOf({}), 0.5);
  assert.equal(spreadOf({ unpunished: { rewards: [0, 0, 0, 0] } }), 0);
  const byToken = [
    [1, 0],
    [0, 1],
    [0, 1],
    [0, 1],
  ].map((list) => Float64Array.from(list));
  assert.equal(spreadOf({ rewards: [1, 1, 1, 1], byToken }), 0.5);
});

test("the spread is of the groups that teach: under pass@k, maxrl and gdpo not those whose rewards differ", () => {
  const parts = [
    { weight: 1, scores: [1, 0, 1, 0, 1, 1, 1, 1] },
    { weight: 0.5, scores: [0, 2, 0, 2, 0, 0, 0, 0] },
  ];
  const spreadOf = (advantage: AdvantageName, rewards: readonly number[]): number => {
    const all = rollout(Array(8).fill([0.1, 0.1]), rewards);
    const told = { all: { ...all, scores: { ...all.scores, parts } }, trained: all };
    const run = { config: { grpo: { ...config.grpo, completions: 4, advantage, advantageK: 2 } } } as Pick<Run, "config">;
    return stepSignals(run, { rollout: told, samples: Array(8).fill({ advantage: 0 }), step: 0 }).spread;
  };
  assert.deepEqual([spreadOf("pass@k", [1, 1, 1, 0, 1, 0, 0, 0]), spreadOf("grpo", [1, 1, 1, 0, 1, 0, 0, 0])], [0.5, 1]);
  assert.deepEqual([spreadOf("maxrl", [-1, 0, 0, 0, 1, 0, 0, 0]), spreadOf("nsr", [-1, 0, 0, 0, 1, 0, 0, 0])], [0.5, 1]);
  assert.deepEqual([spreadOf("gdpo", Array(8).fill(1)), spreadOf("grpo", Array(8).fill(1))], [0.5, 0]);
});
