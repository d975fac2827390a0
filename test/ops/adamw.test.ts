import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { adamwStep } from "../../src/ops/adamw.ts";
import { gradientNorm } from "../../src/ops/gradient_norm.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { adamwCases } from "../../src/testing/ops/adamw.ts";
import { adamwReference } from "../../src/testing/reference/adamw.ts";
import { gradientNormReference } from "../../src/testing/reference/gradient_norm.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, adamwCases);

const settings = { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.1 } as const;

interface Shard {
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly state: Float32Array;
}

/** Runs one update a list of gradients, at a learning rate that changes from step to step. */
async function runOnDevice(start: Float32Array, gradients: readonly Float32Array[], maxGradNorm: number, decayEnd: number): Promise<Shard> {
  const plan = await buildPlan(device, "adamw", () => {
    const tensor = (name: string) => input(name, [name === "state" ? 8 : start.length]);
    const shard = { parameters: tensor("weights"), gradients: tensor("gradients"), first: tensor("first"), second: tensor("second") };
    const state = gradientNorm([shard.gradients], tensor("state"), { maxGradNorm, betas: settings.betas });
    adamwStep({ ...shard, state }, { ...settings, learningRate: runScalar("learning_rate"), decayEnd });
    return { keep: [shard.parameters, shard.first, shard.second, state] };
  });
  plan.upload({
    weights: start,
    first: new Float32Array(start.length),
    second: new Float32Array(start.length),
    state: new Float32Array(8),
  });
  gradients.forEach((values, i) => {
    plan.run({ scalars: { learning_rate: 0.01 / (i + 1) }, inputs: { gradients: values } });
  });
  const [weights, first, second, state] = (await plan.read(plan.result.keep)) as Float32Array[];
  plan.destroy();
  return { weights: weights!, first: first!, second: second!, state: state! };
}

for (const [length, decayEnd] of [
  [1, 0],
  [7, 5],
  [1024, 512],
  [70, 70],
] as const) {
  test(`adamw, ${length} weights of which ${decayEnd} decay, 12 steps with clipping`, async () => {
    const start = Float32Array.from(normal([length], 1).data);
    const gradients = Array.from({ length: 12 }, (_, i) => Float32Array.from(normal([length], i + 2, i % 2 === 0 ? 3 : 0.01).data));
    const actual = await runOnDevice(start, gradients, 1, decayEnd);
    const expected = { weights: Float64Array.from(start), first: new Float64Array(length), second: new Float64Array(length) };
    let state = Array(8).fill(0) as number[];
    gradients.forEach((values, i) => {
      state = gradientNormReference([values], state, { maxGradNorm: 1, betas: settings.betas });
      adamwReference(expected, values, { ...settings, learningRate: 0.01 / (i + 1), decayEnd, scale: state[2]!, step: state[0]! });
    });
    assert.equal(actual.state[0], 12);
    for (const name of ["weights", "first", "second"] as const) {
      const error = relativeError(actual[name], expected[name]);
      assert.ok(error < 2e-6, `${name}: relative error ${error} on ${device.name}`);
    }
  });
}

test("small decay is not rounded away; weights beyond decayEnd do not decay", async () => {
  const { weights } = await runOnDevice(Float32Array.of(1, 1), [new Float32Array(2)], 1, 1);
  assert.ok(Math.abs(1 - weights[0]! - 0.001) < 1e-7);
  assert.equal(weights[1], 1);
});

test("a gradient that is not finite leaves weights, moments and the step count as they were", async () => {
  const good = [Float32Array.of(1, -2, 3)];
  const bad = Float32Array.of(1, Number.NaN, 3);
  const start = Float32Array.of(0.5, 0.25, -1);
  const without = await runOnDevice(start, good, 1, 3);
  const withBad = await runOnDevice(start, [...good, bad], 1, 3);
  for (const name of ["weights", "first", "second"] as const) assert.deepEqual(withBad[name], without[name]);
  assert.equal(withBad.state[0], 1);
  assert.equal(withBad.state[3], 1);
});
