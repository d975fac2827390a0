import assert from "node:assert/strict";
import { test } from "node:test";
import { entropic } from "../../src/control/index.ts";
import { type ControlRecord, checkController } from "../../src/testing/check_controller.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

async function run(options: Parameters<typeof entropic>[0], entropies: readonly number[]): Promise<readonly ControlRecord[]> {
  const { steps, error, where } = await checkController(device, entropic(options), entropies);
  assert.ok(error < 1e-5, `differs from its twin by ${error} in ${where}`);
  return steps;
}

function near(actual: readonly number[], expected: readonly number[]): void {
  const close = actual.length === expected.length && actual.every((value, i) => Math.abs(value - expected[i]!) < 1e-6);
  assert.ok(close, `${actual} instead of ${expected}`);
}

test("golden values: alpha uses the integral of the earlier errors only", async () => {
  const steps = await run({ target: 0.1, kp: 1, ki: 0.01 }, [0.2, 0.2, 0.05]);
  near(
    steps.map(({ alpha }) => alpha),
    [0.1, 0.101, -0.048],
  );
  near(
    steps.map(({ error }) => error),
    [0.1, 0.1, -0.05],
  );
  near(
    steps.map(({ integral }) => integral),
    [0.1, 0.2, 0.15],
  );
  near(
    steps.map(({ target_entropy }) => target_entropy),
    [0.1, 0.1, 0.1],
  );
  near(
    steps.map(({ saturated }) => saturated),
    [0, 0, 0],
  );
});

test("alpha is positive above the target and negative below it, within its limit", async () => {
  const steps = await run({ target: 0.5, kp: 10, ki: 0, limit: 0.9 }, [0.55, 0.45, 3, 0]);
  near(
    steps.map(({ alpha }) => alpha),
    [0.5, -0.5, 0.9, -0.9],
  );
  near(
    steps.map(({ saturated }) => saturated),
    [0, 0, 1, 1],
  );
});

test("anti-windup freezes the integral while alpha is clamped, unless the error pulls it back", async () => {
  const far = [2, 2, 2, 0.9];
  near(
    (await run({ target: 1, kp: 1, ki: 1, limit: 0.5 }, far)).map(({ integral }) => integral),
    [0, 0, 0, -0.1],
  );
  const without = await run({ target: 1, kp: 1, ki: 1, limit: 0.5, antiWindup: false }, far);
  near(
    without.map(({ integral }) => integral),
    [1, 2, 3, 2.9],
  );
  // Clamped from the integral's side while the error has the other sign: it moves.
  const pulled = await run({ target: 1, kp: 0, ki: 1, limit: 0.05 }, [1.04, 1.04, 0.99]);
  near(
    pulled.map(({ integral }) => integral),
    [0.04, 0.08, 0.07],
  );
});
