import assert from "node:assert/strict";
import { test } from "node:test";
import { createController } from "../../../src/control/index.ts";
import { createLoss } from "../../../src/loss/index.ts";
import { BATCH_METRICS, type BatchMetrics } from "../../../src/ops/records.ts";
import type { UpdateResult } from "../../../src/policy/update_result.ts";
import { type StepRecord, stepMetrics } from "../../../src/rl/learning/step_metrics.ts";
import type { Run } from "../../../src/rl/run.ts";
import type { RolloutEntry } from "../../../src/rl/sampling/rollout.ts";
import { smallConfig } from "../../small_policy.ts";

const config = smallConfig({ grpo: { prompts: 1, completions: 3, beta: 0.1 }, entropy: { controller: "none" } });
const controller = createController(config.entropy);
const run = { config, controller, loss: createLoss(config.grpo) } as unknown as Run;

const entry = (tag: string, length: number, finishReason: "stop" | "length"): RolloutEntry => {
  const numbers = Float32Array.from({ length }, () => 0.5);
  const completion = { ids: Array<number>(length).fill(1), logprobs: numbers, entropies: numbers, finishReason };
  return { problem: { prompt: "1", tag }, prompt: "1", promptIds: [1], completion, text: "" };
};

const batch = (given: Partial<BatchMetrics>): BatchMetrics => ({ ...BATCH_METRICS.read(BATCH_METRICS.pack({})), ...given });

/** The batches of an update. The last has no token to learn from. */
const metrics = [
  batch({ token_count: 10, clip_low: 0.1, clip_high: 0.4, clip_region: 0.5, kl: 1, ratio_min: 0.9, ratio_max: 1.5, ratio_mean: 1 }),
  batch({ token_count: 30, clip_low: 0.3, clip_high: 0.2, clip_region: 0.5, kl: 3, ratio_min: 0.7, ratio_max: 1.1, ratio_mean: 0.8 }),
  batch({ clip_low: 0, clip_high: 0 }),
];

const update = (given: Pick<UpdateResult, "loss" | "entropy" | "gradNorm">): UpdateResult => ({
  ...controller.initial(),
  ...{ measured: [{ entropy: 0, tokens: 40 }], metrics, selected: 0, learning: { tokens: 0, leastEntropy: 0 } },
  ...{ wasSkipped: false, skipped: 0, ...given },
});

const entries = [entry("a", 2, "stop"), entry("b", 5, "length"), entry("a", 3, "stop")];
const rewards = [1, null, 1];
const all = { entries, scores: { rewards, byFunction: new Map([["own", rewards]]), parts: [{ weight: 1, scores: rewards }] } };
const updates = [update({ loss: 1, entropy: 0.8, gradNorm: 2 }), update({ loss: 3, entropy: 0.2, gradNorm: 4 })];
const record: StepRecord = {
  ...{ step: 7, tokens: 123, samples: [{}, {}, {}], gap: undefined, damped: undefined, milliseconds: 500 },
  rollout: { trained: all, all, rounds: 1, keptFraction: 1, milliseconds: 100 },
  learned: { updates, state: controller.initial(), learningRate: 0.25, skipped: 2, milliseconds: 260 },
};

test("a step may have more completions than a function takes arguments", () => {
  const many = Array.from({ length: 210_000 }, (_, i) => entries[i % 3]!);
  const scores = { rewards: many.map(() => 1), byFunction: new Map(), parts: [] };
  const rollout = { ...record.rollout, all: { entries: many, scores } };
  const line: Readonly<Record<string, unknown>> = stepMetrics(run, { ...record, rollout });
  assert.deepEqual([line["completions/min_length"], line["completions/max_length"]], [2, 5]);
});

test("a step's metrics: means over tokens and updates, extremes, lengths and tags", () => {
  const line: Readonly<Record<string, unknown>> = stepMetrics(run, record);
  const expected = {
    ...{ step: 7, num_tokens: 123, learning_rate: 0.25, skipped_steps: 2, step_time: 0.5 },
    ...{ loss: 2, grad_norm: 3, entropy: 0.8, kl: 2.5 },
    ...{ "clip_ratio/low_mean": 0.25, "clip_ratio/low_min": 0.1, "clip_ratio/high_mean": 0.25, "clip_ratio/high_max": 0.4 },
    "clip_ratio/region_mean": 0.5,
    ...{ "completions/mean_length": 10 / 3, "completions/min_length": 2, "completions/max_length": 5 },
    "completions/clipped_ratio": 1 / 3,
    ...{ "tags/a/reward": 1, "tags/b/reward": undefined, "tags/a/entropy": 0.5, "tags/b/entropy": 0.5 },
    ...{ reward: 1, frac_unscored: 1 / 3, frac_reward_zero_std: 1 },
    "sampling/importance_sampling_ratio/min": 0.7,
    "sampling/importance_sampling_ratio/mean": 0.85,
    "sampling/importance_sampling_ratio/max": 1.5,
    // 3 tokens of prompts and 10 of completions, of which the trainer learned twice.
    ...{ "sampling/tokens_per_second": 100, "training/tokens_per_second": 100 },
  };
  for (const [name, value] of Object.entries(expected)) {
    const own = line[name];
    if (value === undefined) assert.equal(own, undefined, name);
    else assert.ok(typeof own === "number" && Math.abs(own - value) < 1e-9, `${name} is ${own}, not ${value}`);
  }
  assert.ok(!("tags/b/reward" in line) && !("completions/masked_ratio" in line) && !("sampling/rounds" in line));
});

test("completions that are masked do not count in the entropy of their tag", () => {
  const masking = { ...config, grpo: { ...config.grpo, maskTruncated: true } };
  const line = stepMetrics({ ...run, config: masking }, record);
  assert.deepEqual([line["tags/a/entropy"], "tags/b/entropy" in line], [0.5, false]);
});

test("a step that learned from nothing has no metrics of learning, and those of its rollout all the same", () => {
  const line = stepMetrics(run, { ...record, learned: { ...record.learned, updates: [] } });
  for (const name of ["loss", "grad_norm", "entropy", "kl", "clip_ratio/low_min", "training/tokens_per_second"])
    assert.ok(!(name in line), name);
  assert.deepEqual([line.learning_rate, line.reward, line["completions/max_length"]], [0.25, 1, 5]);
});
