import assert from "node:assert/strict";
import { test } from "node:test";
import { entropic, type Loop, measure, type PIOptions, type StepSignals, setFields } from "../../src/control/index.ts";
import { releasedAt, targetAt } from "../../src/control/target.ts";
import { createRandom } from "../../src/random.ts";
import { type ControlRecord, checkController } from "../../src/testing/check_controller.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

/** A script of entropies at given shares of the run, on the GPU and beside it in double precision. */
async function run(options: PIOptions, entropies: readonly number[], progress: readonly number[] = []): Promise<readonly ControlRecord[]> {
  const plant = (_: unknown, step: number): number => entropies[step]!;
  const signals = (step: number): Partial<StepSignals> => (progress[step] === undefined ? {} : { progress: progress[step] });
  const { steps, error, where } = await checkController(device, entropic(options), { steps: entropies.length, plant, signals });
  assert.ok(error < 1e-4, `differs from its twin by ${error} in ${where}`);
  return steps;
}

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-6): void {
  const close = actual.length === expected.length && actual.every((value, i) => Math.abs(value - expected[i]!) < tolerance);
  assert.ok(close, `${actual} instead of ${expected}`);
}

const alphas = (steps: readonly ControlRecord[]): number[] => steps.map(({ alpha }) => alpha);
const targets = (steps: readonly ControlRecord[]): number[] => steps.map(({ target_entropy }) => target_entropy);
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test("floor, golden values: alpha is 0 at and above the target, and the sum of errors is never above 0", async () => {
  const steps = await run({ target: 0.5, kp: 1, ki: 0.1, mode: "floor" }, [0.6, 0.5, 0.4, 0.4, 0.6, 0.4, 2, 0.4]);
  near(alphas(steps), [0, 0, -0.1, -0.11, 0, -0.11, 0, -0.1]);
  near(
    steps.map(({ integral }) => integral),
    [0, 0, -0.1, -0.2, -0.1, -0.2, 0, -0.1],
  );
  const limited = await run({ target: 0.5, kp: 1, ki: 0.1, mode: "floor", limit: 0.2 }, [2, 0.1, 0.1, 2]);
  near(alphas(limited), [0, -0.2, -0.2, 0]);
  assert.deepEqual(
    limited.map(({ saturated }) => saturated),
    [0, 1, 1, 0],
  );
  near([limited[2]!.integral], [0]);
});

test("floor acts in the very step in which entropy falls below its target, however long it was above", async () => {
  const script = [...Array(100).fill(0.8), 0.45];
  for (const antiWindup of [true, false]) {
    const options: PIOptions = { target: 0.5, kp: 1, ki: 0.1, antiWindup };
    near([(await run({ ...options, mode: "floor" }, script)).at(-1)!.alpha], [-0.05]);
    assert.ok((await run({ ...options, mode: "hold" }, script)).at(-1)!.alpha > 0.04, "hold still pushes down");
  }
});

/** H' = H + drift - b alpha with noise, in double precision. */
function loopOf(options: PIOptions, { start = 0.5, drift = -0.004, b = 0.02, noise = 0.015, steps = 400, seed = 1 }): Loop[] {
  const law = entropic(options).law!;
  const random = createRandom(seed);
  let [state, entropy] = [entropic(options).initial(), start];
  return Array.from({ length: steps }, (_, step) => {
    const fields = law.told?.({ progress: step / steps, spread: 1, right: undefined, wrong: undefined, completions: 8, length: 8 }) ?? {};
    state = law.step(measure(setFields(state, fields), [{ entropy: entropy + noise * random.normal(), tokens: 1 }]));
    entropy += drift - b * state.loops[0]!.alpha;
    return state.loops[0]!;
  });
}

test("floor in closed loop: it holds a policy that falls, and leaves one alone that stays above", () => {
  const held = loopOf({ target: 0.35, mode: "floor", ki: 0.3 }, {}).slice(200);
  assert.ok(Math.abs(meanOf(held.map(({ entropy }) => entropy)) - 0.35) < 0.005);
  const free = loopOf({ target: 0.2, mode: "floor" }, { drift: 0, noise: 0.01 });
  assert.ok(free.every(({ alpha }) => alpha === 0));
  const pushed = loopOf({ target: 0.2 }, { drift: 0, noise: 0.01 });
  assert.ok(Math.abs(meanOf(pushed.slice(200).map(({ entropy }) => entropy)) - 0.2) < 0.005, "hold pushes it down");
});

test("the share of control that has let go: 0 until release, 1 a twentieth of the run later, 0 without release", () => {
  near(
    [0, 0.8, 0.81, 0.825, 0.85, 1].map((progress) => releasedAt(0.8, progress)),
    [0, 0, 0.2, 0.5, 1, 1],
  );
  assert.deepEqual([releasedAt(null, 1), releasedAt(1, 1)], [0, 0]);
});

test("release, golden values: alpha fades to 0 and the sum of errors waits; a run that is made longer goes on from both", async () => {
  const progress = [0, 0.25, 0.5, 0.525, 0.55, 0.75, 0.3, 0.4];
  const steps = await run({ target: 0.5, kp: 1, ki: 0.1, release: 0.5 }, Array(8).fill(0.6), progress);
  near(alphas(steps), [0.1, 0.11, 0.12, 0.065, 0, 0, 0.13, 0.14]);
  near(
    steps.map(({ integral }) => integral),
    [0.1, 0.2, 0.3, 0.3, 0.3, 0.3, 0.4, 0.5],
  );
  near(
    steps.map(({ loops }) => loops[0]!.released),
    [0, 0, 0, 0.5, 1, 1, 0, 0],
  );
});

test("hold, then release in closed loop: entropy is held, then falls by itself", () => {
  const steps = loopOf({ target: 0.45, ki: 0.3, release: 0.8 }, {});
  assert.ok(Math.abs(meanOf(steps.slice(200, 320).map(({ entropy }) => entropy)) - 0.45) < 0.005);
  assert.ok(steps.slice(341).every(({ alpha, saturated }) => Math.abs(alpha) === 0 && saturated === 0));
  near([steps.at(-1)!.entropy], [0.45 - 0.004 * 65], 0.08);
});

const POINTS: [number, number][] = [
  [0, 0.6],
  [0.5, 0.4],
  [1, 0.2],
];

test("points: straight lines between them, and the first and last target outside", async () => {
  near(
    [0, 0.25, 0.5, 0.75, 1].map((progress) => targetAt(POINTS, progress)),
    [0.6, 0.5, 0.4, 0.3, 0.2],
  );
  near(
    [0, 0.1, 0.2, 0.9].map((progress) =>
      targetAt(
        [
          [0.1, 1],
          [0.2, 3],
        ],
        progress,
      ),
    ),
    [1, 1, 3, 3],
  );
  const steps = await run({ target: POINTS }, [0.7, 0.7, 0.7, 0.7, 0.7], [0, 0.25, 0.5, 0.75, 0.95]);
  near(targets(steps), [0.6, 0.5, 0.4, 0.3, 0.22]);
});

test("a falling target pushes entropy down only where mode hold is written out", async () => {
  const script = [0.6, 0.6, 0.6, 0.1];
  const floor = alphas(await run({ target: POINTS, kp: 1, ki: 0 }, script));
  near(floor, [0, 0, 0, -0.2]);
  near(alphas(await run({ target: POINTS, kp: 1, ki: 0, mode: "hold" }, script)), [0, 0.1, 0.2, -0.2]);
});

test("classes may have points of their own, and all of them are released together", async () => {
  const classes = [
    { name: "head", target: POINTS },
    { name: "tail", target: 0.3 },
  ];
  const measured = [
    { entropy: 0.3, tokens: 3 },
    { entropy: 0.2, tokens: 1 },
  ];
  const script = { steps: 4, plant: () => measured };
  const { steps, error } = await checkController(device, entropic({ classes, kp: 1, ki: 0, release: 0.5 }), script);
  assert.ok(error < 1e-6);
  near(
    steps.flatMap(({ loops }) => loops.map(({ target_entropy }) => target_entropy)),
    [0.6, 0.3, 0.5, 0.3, 0.4, 0.3, 0.3, 0.3],
  );
  near(
    steps.flatMap(({ loops }) => loops.map(({ alpha }) => alpha)),
    [-0.3, -0.1, -0.2, -0.1, -0.1, -0.1, 0, 0],
  );
});
