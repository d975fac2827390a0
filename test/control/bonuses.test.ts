import assert from "node:assert/strict";
import { test } from "node:test";
import { aec, type Controller, clip, entrocraft, entropic, stare } from "../../src/control/index.ts";
import { type ControlRecord, checkController } from "../../src/testing/check_controller.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

async function run(controller: Controller, entropies: readonly number[]): Promise<readonly ControlRecord[]> {
  const { steps, error, where } = await checkController(device, controller, entropies);
  assert.ok(error < 1e-6, `differs from its twin by ${error} in ${where}`);
  return steps;
}

function near(actual: readonly number[], expected: readonly number[]): void {
  const close = actual.length === expected.length && actual.every((value, i) => Math.abs(value - expected[i]!) < 1e-7);
  assert.ok(close, `${actual} instead of ${expected}`);
}

test("aec, golden values: the coefficient climbs and falls by delta, and acts only below the target", async () => {
  const steps = await run(aec(), [0.1, 0.1, 0.3, 0.2, 0.1]);
  near(
    steps.map(({ loops }) => loops[0]!.private_0),
    [1e-4, 2e-4, 1e-4, 0, 1e-4],
  );
  near(
    steps.map(({ entropy_coefficient }) => entropy_coefficient),
    [1e-4, 2e-4, 0, 0, 1e-4],
  );
  near(
    steps.map(({ error }) => error),
    [-0.1, -0.1, 0.1, 0, -0.1],
  );
  assert.ok(steps.every(({ alpha, positive_scale, negative_scale }) => alpha === 0 && positive_scale === 1 && negative_scale === 1));
});

test("aec stays between 0 and its maximum, and reports when it acts at the maximum", async () => {
  const steps = await run(aec({ target: 1, delta: 0.002, maxCoefficient: 0.0055 }), [2, 2, 0, 0, 0, 0, 2]);
  near(
    steps.map(({ loops }) => loops[0]!.private_0),
    [0, 0, 0.002, 0.004, 0.0055, 0.0055, 0.0035],
  );
  assert.deepEqual(
    steps.map(({ saturated }) => saturated),
    [0, 0, 0, 0, 1, 1, 0],
  );
});

test("entrocraft: only wrong answers below its band, only right ones above it, both inside and on its edges", async () => {
  const steps = await run(entrocraft({ low: 0.25, high: 0.5 }), [0.1, 0.25, 0.3, 0.5, 0.6]);
  assert.deepEqual(
    steps.map(({ positive_scale, negative_scale, saturated }) => [positive_scale, negative_scale, saturated]),
    [
      [0, 1, 1],
      [1, 1, 0],
      [1, 1, 0],
      [1, 1, 0],
      [1, 0, 1],
    ],
  );
  near([steps[0]!.error, steps[0]!.target_entropy], [-0.275, 0.375]);
});

test("stare: alpha is minus the weight's excess below the target, and 0 at it and above", async () => {
  const steps = await run(stare({ target: 0.25, weight: 1.1 }), [0.2, 0.25, 0.3, 0.1]);
  near(
    steps.map(({ alpha }) => alpha),
    [-0.1, 0, 0, -0.1],
  );
  assert.ok(steps.every(({ saturated }) => saturated === 0));
});

test("stare, adaptive: the weight moves by delta towards more below the target and towards 1 above it, within its bounds", async () => {
  const steps = await run(
    stare({ target: 0.25, weight: 1.02, adaptive: true, delta: 0.01, maxWeight: 1.04 }),
    [0.2, 0.2, 0.2, 0.25, 0.3, 0.2],
  );
  near(
    steps.map(({ loops }) => loops[0]!.private_0),
    [0.03, 0.04, 0.04, 0.04, 0.03, 0.04],
  );
  near(
    steps.map(({ alpha }) => alpha),
    [-0.03, -0.04, -0.04, 0, 0, -0.04],
  );
  assert.deepEqual(
    steps.map(({ saturated }) => saturated),
    [0, 1, 1, 0, 0, 1],
  );
});

test("stare: a state goes on under another target and weight, and an adaptive weight is kept", () => {
  const saved = stare({ weight: 1.2, adaptive: true }).initial();
  const [kept] = stare({ target: 0.5, weight: 1.1, adaptive: true }).resumed!(saved).loops;
  assert.ok(Math.abs(kept!.private_0 - 0.2) < 1e-12 && kept!.target_entropy === 0.5);
  assert.ok(Math.abs(stare({ weight: 1.1 }).resumed!(saved).loops[0]!.private_0 - 0.1) < 1e-12);
});

test("clip: alpha is that of pi, and moves the bounds of a clip", async () => {
  const [own, others] = [clip({ target: 0.25, kp: 2, ki: 0.5, span: 3 }), entropic({ target: 0.25, kp: 2, ki: 0.5 })];
  const script = [0.2, 0.3, 0.1, 0.25];
  assert.deepEqual(await run(own, script), await run(others, script));
  assert.deepEqual([own.name, own.lever, others.lever], ["clip", { kind: "clip", span: 3 }, undefined]);
});
