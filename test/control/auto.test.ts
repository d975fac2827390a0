import assert from "node:assert/strict";
import { test } from "node:test";
import { entropic, type PIOptions } from "../../src/control/index.ts";
import { createRandom } from "../../src/random.ts";
import { type ControllerScript, type ControlRecord, checkController, type Plant } from "../../src/testing/check_controller.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

async function run(options: PIOptions, script: ControllerScript, tolerance = 1e-5): Promise<readonly ControlRecord[]> {
  const { steps, error, where } = await checkController(device, entropic(options), script);
  assert.ok(error < tolerance, `differs from its twin by ${error} in ${where}`);
  return steps;
}

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  const close = actual.length === expected.length && actual.every((value, i) => Math.abs(value - expected[i]!) < tolerance);
  assert.ok(close, `${actual} instead of ${expected}`);
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** H' = H + drift - b alpha, measured with noise; `drift` may change over the steps. */
function plantOf(b: number, noise: number, seed: number, drift: (step: number) => number, start = 0.5): Plant {
  const random = createRandom(seed);
  let entropy = start;
  return (state, step) => {
    if (step > 0) entropy += drift(step) - b * state.alpha;
    return Math.fround(entropy + noise * random.normal());
  };
}

test("automatic gains: the experiment is -a, a, -a, and without noise it finds b exactly whatever the drift", async () => {
  for (const drift of [() => -0.004, (step: number) => -0.01 + 0.0005 * step]) {
    const steps = await run({ target: 0.5, gains: "auto" }, { steps: 26, plant: plantOf(0.03, 0, 1, drift) });
    near(
      steps.slice(0, 24).map(({ alpha }) => alpha),
      [...Array(6).fill(-0.45), ...Array(12).fill(0.45), ...Array(6).fill(-0.45)],
    );
    const { authority, kp, ki } = steps[24]!.loops[0]!;
    near([authority / 0.03, kp / 5, ki / 0.25], [1, 1, 1], 1e-4);
    assert.ok(steps.slice(0, 24).every(({ loops }) => loops[0]!.integral === 0 && loops[0]!.kp === 10));
    assert.equal(steps[24]!.alpha, steps[24]!.loops[0]!.alpha);
  }
});

for (const [b, noise] of [
  [0.03, 0.012],
  [0.1, 0.03],
  [0.008, 0.002],
] as const) {
  test(`automatic gains: b ${b} within 20 % under noise of ${noise}, then the target is held`, async () => {
    const ratios: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const plant = plantOf(b, noise, seed, () => -0.15 * b);
      // The gains magnify single precision: kp = 0.15 / b.
      const steps = await run({ target: 0.55, gains: "auto" }, { steps: 180, plant }, 1e-3);
      const last = steps.at(-1)!.loops[0]!;
      ratios.push(last.authority / b);
      const settled = meanOf(steps.slice(-60).map(({ entropy }) => entropy));
      assert.ok(Math.abs(settled / 0.55 - 1) < 0.05, `seed ${seed}: settles at ${settled}`);
      assert.ok(Math.abs(last.kp * last.authority - 0.15) < 1e-4 && Math.abs(last.ki / last.kp - 0.05) < 1e-5);
    }
    assert.ok(
      ratios.every((ratio) => Math.abs(ratio - 1) < 0.2),
      `estimates over b: ${ratios.map((ratio) => ratio.toFixed(2))}`,
    );
  });
}

test("automatic gains: steps without a finite entropy lengthen the experiment and count for nothing", async () => {
  const clean = await run({ target: 0.5, gains: "auto" }, { steps: 25, plant: plantOf(0.03, 0, 1, () => -0.002) });
  const plant = plantOf(0.03, 0, 1, () => -0.002);
  let taken = 0;
  const gappy: Plant = (state, step) => {
    if (step % 5 === 4) return step % 2 === 0 ? Number.NaN : Number.POSITIVE_INFINITY;
    taken += 1;
    return plant(state, taken - 1);
  };
  const steps = await run({ target: 0.5, gains: "auto" }, { steps: 31, plant: gappy });
  near([steps.at(-1)!.loops[0]!.authority, steps.at(-1)!.alpha], [clean.at(-1)!.loops[0]!.authority, clean.at(-1)!.alpha]);
});

test("automatic gains: a dead or reversed lever leaves the given gains as they are, and a faint one gets the largest gains", async () => {
  for (const [b, kp, ki] of [
    [-0.02, 7, 0.5],
    [0, 7, 0.5],
    [0.0001, 50, 2.5],
  ] as const) {
    const steps = await run({ target: 0.5, kp: 7, ki: 0.5, gains: "auto" }, { steps: 26, plant: plantOf(b, 0, 1, () => 0, 0.5) }, 1e-3);
    near([steps[25]!.loops[0]!.kp, steps[25]!.loops[0]!.ki], [kp, ki], 1e-5);
  }
});

test("automatic target: control is off while the start is measured, then it is rho of that and falls to its floor", async () => {
  const options: PIOptions = { target: "auto", rho: 0.5, anchorSteps: 3, targetDecay: 0.1, targetFloor: 0.35, kp: 1, ki: 0 };
  const steps = await run(options, [0.8, Number.NaN, 1, 1.2, 0.6, Number.NaN, 0.6, 0.6]);
  near(
    steps.map(({ target_entropy }) => target_entropy),
    [0.4, 0.4, 0.45, 0.5, 0.5, 0.5, 0.4, 0.35],
  );
  near(
    steps.map(({ alpha }) => alpha),
    [0, 0, 0, 0, 0.1, 0.1, 0.2, 0.25],
  );
  near(
    steps.map(({ integral }) => integral),
    [0, 0, 0, 0, 0.1, 0.1, 0.3, 0.55],
  );
});

test("automatic target and gains together: the experiment waits for the anchor, and the target is held", async () => {
  const options: PIOptions = { target: "auto", rho: 0.8, anchorSteps: 5, gains: "auto" };
  const steps = await run(options, { steps: 150, plant: plantOf(0.03, 0.005, 3, () => -0.003) }, 1e-3);
  near(
    steps.slice(0, 12).map(({ alpha }) => alpha),
    [0, 0, 0, 0, 0, -0.45, -0.45, -0.45, -0.45, -0.45, -0.45, 0.45],
  );
  const { target_entropy: target, authority, anchor } = steps.at(-1)!.loops[0]!;
  assert.ok(Math.abs(authority / 0.03 - 1) < 0.2 && Math.abs(target - 0.8 * anchor) < 1e-6);
  const settled = meanOf(steps.slice(-40).map(({ entropy }) => entropy));
  assert.ok(Math.abs(settled / target - 1) < 0.05, `settles at ${settled}, target ${target}`);
});

test("limits, anti-windup and entropies that are not finite work as they do with a fixed target", async () => {
  const script = [2, 2, Number.NaN, 2, 0.9, Number.POSITIVE_INFINITY, 0.1];
  const plain = await run({ target: 1, kp: 1, ki: 1, limit: 0.5 }, script);
  const options: PIOptions = { target: "auto", rho: 1, anchorSteps: 1, kp: 1, ki: 1, limit: 0.5 };
  const automatic = (await run(options, [1, ...script])).slice(1);
  for (const field of ["alpha", "error", "integral", "target_entropy", "saturated"] as const) {
    near(
      automatic.map((step) => step[field]),
      plain.map((step) => step[field]),
    );
  }
});
