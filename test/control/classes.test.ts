import assert from "node:assert/strict";
import { test } from "node:test";
import { entropic, initialState, meanLoop, measure, type PIOptions, packState, readState } from "../../src/control/index.ts";
import { createRandom } from "../../src/random.ts";
import { type ControllerScript, type ControlRecord, checkController } from "../../src/testing/check_controller.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const classes = [
  { name: "head", target: 0.5 },
  { name: "tail", target: 0.2 },
];

async function run(options: PIOptions, script: ControllerScript): Promise<readonly ControlRecord[]> {
  const { steps, error, where } = await checkController(device, entropic(options), script);
  assert.ok(error < 1e-4, `differs from its twin by ${error} in ${where}`);
  return steps;
}

function near(actual: readonly number[], expected: readonly number[]): void {
  const close = actual.length === expected.length && actual.every((value, i) => Math.abs(value - expected[i]!) < 1e-6);
  assert.ok(close, `${actual} instead of ${expected}`);
}

const told = (head: number, tail: number, headTokens = 30, tailTokens = 10) => [
  { entropy: head, tokens: headTokens },
  { entropy: tail, tokens: tailTokens },
];

test("golden values: each class has its own error, integral and alpha; the control buffer their mean by tokens", async () => {
  const steps = await run({ target: 0, kp: 1, ki: 0.01, classes }, [told(0.6, 0.1), told(0.6, 0.1), told(0.4, 0.3)]);
  near(
    steps.flatMap(({ loops }) => loops.map(({ alpha }) => alpha)),
    [0.1, -0.1, 0.101, -0.101, -0.098, 0.098],
  );
  near(
    steps.flatMap(({ loops }) => loops.map(({ integral }) => integral)),
    [0.1, -0.1, 0.2, -0.2, 0.1, -0.1],
  );
  near(
    steps.map(({ alpha }) => alpha),
    [0.05, 0.0505, -0.049],
  );
  near([steps[0]!.target_entropy, steps[0]!.error], [0.425, 0.05]);
});

test("a class without tokens, or without a finite entropy, rests", async () => {
  const steps = await run({ target: 0, kp: 1, ki: 1, classes }, [told(0.6, 0.1), told(0.6, 0.9, 30, 0), told(0.6, Number.NaN)]);
  const tail = steps.map(({ loops }) => loops[1]!);
  near(
    tail.map(({ alpha, integral, steps: count }) => alpha + integral + count),
    Array(3).fill(tail[0]!.alpha + tail[0]!.integral + 1),
  );
  near(
    steps.map(({ loops }) => loops[0]!.integral),
    [0.1, 0.2, 0.3],
  );
});

test("two classes that start away from their targets reach and hold them on a plant with noise and drift", async () => {
  const random = createRandom(3);
  const entropies = [0.35, 0.35];
  const [authority, drift] = [
    [0.02, 0.03],
    [-0.003, 0.002],
  ];
  const steps = await run(
    { target: 0, classes, kp: 7, ki: 0.35 },
    {
      steps: 200,
      plant: ({ loops }, step) => {
        entropies.forEach((_, i) => {
          if (step > 0) entropies[i]! += drift[i]! - authority[i]! * loops[i]!.alpha;
        });
        return told(entropies[0]! + 0.01 * random.normal(), entropies[1]! + 0.01 * random.normal());
      },
    },
  );
  classes.forEach(({ target, name }, i) => {
    const last = steps.slice(-40).map(({ loops }) => loops[i]!.entropy);
    const settled = last.reduce((a, b) => a + b, 0) / last.length;
    assert.ok(Math.abs(settled / target - 1) < 0.05, `${name} settles at ${settled}`);
  });
});

test("classes may find targets and gains of their own", async () => {
  const own = [{ name: "head", target: "auto" } as const, classes[1]!];
  const options: PIOptions = { target: 0, classes: own, rho: 0.5, anchorSteps: 2, gains: "auto" };
  const entropies = [0.6, 0.4];
  const steps = await run(options, {
    steps: 30,
    plant: ({ loops }, step) => {
      entropies.forEach((_, i) => {
        if (step > 0) entropies[i]! -= [0.02, 0.05][i]! * loops[i]!.alpha;
      });
      return told(entropies[0]!, entropies[1]!);
    },
  });
  const last = steps.at(-1)!.loops;
  assert.ok(Math.abs(last[0]!.target_entropy - 0.3) < 1e-5 && Math.abs(last[1]!.target_entropy - 0.2) < 1e-6);
  assert.ok(Math.abs(last[0]!.authority / 0.02 - 1) < 1e-3 && Math.abs(last[1]!.authority / 0.05 - 1) < 1e-3);
});

test("a state taken apart and put together again is the same", () => {
  const floats = packState(measure(entropic({ target: 0, classes }).initial(), told(0.6, 0.1)));
  assert.deepEqual(packState(readState(floats)), floats);
});

test("the mean of one loop is that loop exactly; a class without tokens does not count, and without any token all do", () => {
  const { loops } = initialState({ loops: [{ alpha: 0.1, saturated: 1 }, { alpha: 0.3 }] });
  assert.equal(meanLoop([loops[0]!], [3]).alpha, 0.1);
  assert.deepEqual([meanLoop(loops, [0, 7]).alpha, meanLoop(loops, [3, 1]).alpha, meanLoop(loops, [0, 0]).alpha].map(Math.fround), [
    Math.fround(0.3),
    Math.fround(0.15),
    Math.fround(0.2),
  ]);
  assert.equal(meanLoop(loops, [1, 1]).saturated, 1);
});
