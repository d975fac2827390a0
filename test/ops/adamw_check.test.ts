import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { type AdamWShard, type AdamWStepOptions, adamwStep } from "../../src/ops/adamw.ts";
import { adamwCheck } from "../../src/ops/adamw_check.ts";
import { gradientNorm } from "../../src/ops/gradient_norm.ts";
import { adamwCheckCases } from "../../src/testing/ops/adamw_check.ts";
import { adamwCheckReference } from "../../src/testing/reference/adamw_check.ts";
import { gradientNormReference } from "../../src/testing/reference/gradient_norm.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, adamwCheckCases);

const settings = { betas: [0.9, 0.95], eps: 1e-8 } as const;
const FIELDS = ["weights", "first", "second"] as const;

interface Case {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Changes the random numbers of a step. */
  readonly spoil?: (shard: Record<(typeof FIELDS)[number] | "gradients", Float32Array>) => void;
}

/** Three steps of two shards of 5 and 12 numbers, the second of which `spoil` changes: everything before and after the last step. */
async function run({ learningRate, weightDecay, spoil }: Case) {
  const shards = [5, 12].map((length, i) => ({
    weights: Float32Array.from(normal([length], 1 + i).data),
    first: Float32Array.from(normal([length], 3 + i, 0.1).data),
    second: Float32Array.from(normal([length], 5 + i, 0.1).data, Math.abs),
    gradients: Float32Array.from(normal([length], 7 + i).data),
  }));
  spoil?.(shards[1]!);
  const state = Float32Array.of(2, 0, 0, 4, 0, 0, 0, 0);
  const plan = await buildPlan(device, "adamw", () => {
    const shared = input("state", [8]);
    const traced = shards.map(({ weights }, i): [AdamWShard, AdamWStepOptions] => {
      const tensor = (name: string): Tensor => input(`${name}_${i}`, [weights.length]);
      const [parameters, gradients] = [tensor("weights"), tensor("gradients")];
      const options = { ...settings, weightDecay, learningRate: runScalar("learning_rate"), decayEnd: weights.length - 1 };
      return [{ parameters, gradients, first: tensor("first"), second: tensor("second"), state: shared }, options];
    });
    gradientNorm(
      traced.map(([{ gradients }]) => gradients),
      shared,
      { maxGradNorm: 1, betas: settings.betas },
    );
    adamwCheck(traced);
    for (const [shard, options] of traced) adamwStep(shard, options);
    return { keep: [shared, ...traced.flatMap(([{ parameters, first, second }]) => [parameters, first, second])] };
  });
  const inputs = Object.fromEntries(shards.flatMap((shard, i) => Object.entries(shard).map(([name, data]) => [`${name}_${i}`, data])));
  plan.run({ scalars: { learning_rate: learningRate }, inputs: { ...inputs, state } });
  const [after, ...arrays] = (await plan.read(plan.result.keep)) as Float32Array[];
  plan.destroy();
  const before = shards.flatMap((shard) => FIELDS.map((name) => shard[name]));
  const counted = gradientNormReference(
    shards.map(({ gradients }) => gradients),
    [...state],
    { maxGradNorm: 1, betas: settings.betas },
  );
  const expected = adamwCheckReference(
    shards.map(({ weights, first, second, gradients }) => [
      { weights: Float64Array.from(weights), first: Float64Array.from(first), second: Float64Array.from(second) },
      gradients,
      { ...settings, weightDecay, learningRate, decayEnd: weights.length - 1, scale: counted[2]!, step: counted[0]! },
    ]),
    counted,
  );
  return { before, after: arrays, state: after!, expected };
}

const OVERFLOWS: Readonly<Record<string, Case>> = {
  "a learning rate of 3e38": { learningRate: 3e38, weightDecay: 0 },
  "a weight decay of 1e300": { learningRate: 0.001, weightDecay: 1e300 },
  "a moment that grows past the largest float": {
    learningRate: 0.001,
    weightDecay: 0,
    spoil: ({ first }) => first.fill(Number.POSITIVE_INFINITY, 3, 4),
  },
  "a moment without variance": {
    learningRate: 0.1,
    weightDecay: 0,
    spoil: ({ first, second, gradients }) => [first.fill(3e37, 11), second.fill(0, 11), gradients.fill(0, 11)],
  },
  "a weight that is not a number": { learningRate: 0.001, weightDecay: 0.01, spoil: ({ weights }) => weights.fill(Number.NaN, 0, 1) },
};

for (const [name, spoilt] of Object.entries(OVERFLOWS)) {
  test(`adamw_check, ${name}: the step is skipped in every shard`, async () => {
    const { before, after, state, expected } = await run(spoilt);
    assert.deepEqual([state[0], state[2], state[3]], [2, 0, 5], `state ${state}`);
    assert.deepEqual([expected[0], expected[2], expected[3]], [2, 0, 5], "the reference");
    assert.ok(Math.abs(state[1]! - expected[1]!) < 1e-5, `norm ${state[1]}`);
    after.forEach((values, i) => {
      assert.deepEqual(values, before[i], `array ${i}`);
    });
  });
}

for (const [learningRate, weightDecay] of [
  [0.01, 0.1],
  [1, 1],
  [1e18, 0],
] as const) {
  test(`adamw_check, learning rate ${learningRate} and weight decay ${weightDecay}: finite steps go through`, async () => {
    const { before, after, state, expected } = await run({ learningRate, weightDecay });
    assert.deepEqual([state[0], state[3]], [3, 4], `state ${state}`);
    assert.deepEqual([expected[0], expected[3]], [3, 4], "the reference");
    after.forEach((values, i) => {
      assert.ok(
        values.every((value, j) => Number.isFinite(value) && value !== before[i]![j]),
        `array ${i}: ${values}`,
      );
    });
  });
}
