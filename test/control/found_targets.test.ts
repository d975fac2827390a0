import assert from "node:assert/strict";
import { test } from "node:test";
import { entropic, type Loop, measure, type PIOptions, type StepSignals, setFields } from "../../src/control/index.ts";
import { createRandom } from "../../src/random.ts";
import { type ControlRecord, checkController } from "../../src/testing/check_controller.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

type Told = Partial<StepSignals> & { readonly entropy: number };

async function run(options: PIOptions, script: readonly Told[]): Promise<readonly ControlRecord[]> {
  const given = { steps: script.length, plant: (_: unknown, i: number) => script[i]!.entropy, signals: (i: number) => script[i]! };
  const { steps, error, where } = await checkController(device, entropic({ anchorSteps: 2, rho: 0.8, ...options }), given);
  assert.ok(error < 1e-5, `differs from its twin by ${error} in ${where}`);
  return steps;
}

function near(actual: readonly number[], expected: readonly number[]): void {
  const close = actual.length === expected.length && actual.every((value, i) => Math.abs(value - expected[i]!) < 1e-6);
  assert.ok(close, `${actual} instead of ${expected}`);
}

const targets = (steps: readonly ControlRecord[]): number[] => steps.map(({ target_entropy }) => target_entropy);

test("spread, golden values: the target rises while the share of groups with spread lacks, and falls while there is more", async () => {
  const script = [
    { entropy: 0.5, spread: 0.6 }, // the start: H_0 and s_0 are means of two steps
    { entropy: 0.7, spread: 0.4 },
    { entropy: 0.5, spread: 0.2 }, // 0.2 is half of 0.8 x 0.5: + 0.1 x 0.6 x 0.5
    { entropy: 0.5, spread: 0.2 }, // 0.62 is above H_0
    { entropy: 0.5, spread: 1 }, // 1 is more than twice 0.4: - 0.1 x 0.6
    { entropy: 0.5, spread: 0.4 },
    { entropy: 0.9, spread: 0.8 }, // 0.8 x 0.9 is above H_0 too
  ];
  const steps = await run({ target: "spread", targetRate: 0.1, kp: 1, ki: 0 }, script);
  near(targets(steps), [0.4, 0.56, 0.59, 0.6, 0.54, 0.54, 0.6]);
  near(
    steps.map(({ alpha }) => alpha),
    [0, 0, -0.09, -0.1, -0.04, -0.04, 0],
  );
});

test("right, golden values: rho of what right answers had at the start, and what mistakes add now", async () => {
  const script = [
    { entropy: 0.5, right: 0.3 },
    { entropy: 0.7, right: 0.5 }, // R_0 = 0.4, D = 0.2
    { entropy: 0.6, right: 0.2 }, // D = 0.3: 0.62 is above H_0
    { entropy: 0.4, right: 0.4 }, // D = 0.15
    { entropy: 0.4 },
    { entropy: 0.1, right: 0.3 }, // D = -0.025
  ];
  const steps = await run({ target: "right", targetRate: 0.5, kp: 1, ki: 0 }, script);
  near(targets(steps), [0.44, 0.52, 0.6, 0.47, 0.47, 0.295]);
  near([(await run({ target: "right", targetRate: 0.5, targetFloor: 0.35 }, script)).at(-1)!.target_entropy], [0.35]);
});

test("gap, golden values: a gap that closes, or turns round, raises the target", async () => {
  const script = [
    { entropy: 0.6, right: 0.4, wrong: 0.6 },
    { entropy: 0.6, right: 0.4, wrong: 0.6 },
    { entropy: 0.6, right: 0.5, wrong: 0.58 }, // half of 0.8 x 0.2
    { entropy: 0.6, right: 0.5 },
    { entropy: 0.6, right: 0.5, wrong: 0.4 }, // at most the whole rate
    { entropy: 0.4, right: 0.2, wrong: 0.6 },
    { entropy: 0.4, right: 0.2, wrong: 0.6 },
  ];
  const steps = await run({ target: "gap", targetRate: 0.1, kp: 1, ki: 0, mode: "hold" }, script);
  near(targets(steps), [0.48, 0.48, 0.51, 0.51, 0.57, 0.51, 0.45]);
  near([steps[5]!.alpha, steps[6]!.alpha], [-0.11, -0.05]);
});

test("without a signal the target stays at rho of the start, and the first steps that have one become its reference", async () => {
  const silent = Array(5).fill({ entropy: 0.5 });
  const told = [
    { entropy: 0.5, right: 0.2 },
    { entropy: 0.5, right: 0.4 },
  ];
  for (const target of ["right", "gap"] as const) near(targets(await run({ target }, silent)), Array(5).fill(0.4));
  const late = await run({ target: "right" }, [...silent, ...told]);
  near([late.at(-1)!.loops[0]!.signal_start, late.at(-1)!.loops[0]!.signals], [0.3, 2]);
  near([late.at(-1)!.target_entropy], [0.8 * 0.3 + 0.2]);
});

test("group, golden values: an answer keeps a share of the nats that a group of them can show, whatever its length; a floor by default", async () => {
  const script = [
    { entropy: 0.5, completions: 8, length: 3 },
    { entropy: 0.5, completions: 8, length: 6 },
    { entropy: 0.1, completions: 8, length: undefined }, // a step without answers moves nothing
    { entropy: 0.5, completions: 2, length: 6 },
  ];
  const steps = await run({ target: "group", rho: 0.7, kp: 1, ki: 0 }, script);
  const expected = [(0.7 * Math.log(8)) / 3, (0.7 * Math.log(8)) / 6, (0.7 * Math.log(8)) / 6, (0.7 * Math.log(2)) / 6];
  near(targets(steps), expected);
  near(
    steps.map(({ alpha }) => alpha),
    [0, 0, 0.1 - expected[2]!, 0],
  );
});

/** A toy policy: what it shows of itself at an entropy H after some steps. Without control its entropy falls by 0.003 in a step. */
type Toy = (entropy: number, step: number) => Pick<StepSignals, "spread" | "right" | "wrong">;

function toyRun(options: PIOptions, toy: Toy, steps = 600): { readonly loops: Loop[]; readonly signals: readonly ReturnType<Toy>[] } {
  const controller = entropic({ ki: 0.3, ...options });
  const law = controller.law!;
  const random = createRandom(3);
  let [state, level] = [controller.initial(), 0.6];
  const signals: ReturnType<Toy>[] = [];
  const loops = Array.from({ length: steps }, (_, step) => {
    const entropy = Math.max(0, level + 0.01 * random.normal());
    signals.push(toy(level, step));
    const told = { progress: step / steps, completions: 8, length: 8, ...signals.at(-1)! };
    state = law.step(measure(setFields(state, law.told?.(told) ?? {}), [{ entropy, tokens: 1 }]));
    level = Math.max(0, level - 0.003 - 0.02 * state.loops[0]!.alpha);
    return state.loops[0]!;
  });
  return { loops, signals };
}

const last = (values: readonly number[]): number => values.slice(-100).reduce((a, b) => a + b, 0) / 100;

test("toy, spread: groups lose their spread as entropy falls; the target finds the entropy that keeps 0.8 of it", () => {
  const toy: Toy = (entropy) => ({ spread: 1 - Math.exp(-2 * entropy), right: undefined, wrong: undefined });
  const { loops, signals } = toyRun({ target: "spread" }, toy);
  const wanted = 0.8 * (1 - Math.exp(-1.2));
  assert.ok(Math.abs(last(signals.map(({ spread }) => spread)) / wanted - 1) < 0.03, "0.8 of the starting share is kept");
  // This is where 1 - exp(-2 H) is `wanted`, and it is no share of the start that anyone gave.
  const found = -Math.log(1 - wanted) / 2;
  assert.ok(
    Math.abs(last(loops.map(({ entropy }) => entropy)) - found) < 0.02,
    `${last(loops.map(({ entropy }) => entropy))}, not ${found}`,
  );
  assert.ok(loops.every(({ target_entropy, anchor }) => target_entropy <= anchor));
});

test("toy, right: mistakes vanish and take their entropy with them; right answers keep 0.8 of theirs, where auto would raise it", () => {
  const mistakes = (step: number): number => 0.3 * Math.exp(-step / 100);
  const toy: Toy = (entropy, step) => ({ spread: 1, right: Math.max(0, entropy - mistakes(step)), wrong: undefined });
  const right = ({ signals }: ReturnType<typeof toyRun>): number => last(signals.map((one) => one.right!));
  const found = toyRun({ target: "right" }, toy);
  const start = found.loops.at(-1)!.signal_start;
  assert.ok(Math.abs(right(found) / (0.8 * start) - 1) < 0.05, `${right(found)} of ${start}`);
  assert.ok(found.loops.at(-1)!.target_entropy < 0.3 && found.loops[20]!.target_entropy > 0.48);
  assert.ok(right(toyRun({ target: "auto" }, toy)) > 1.4 * start, "auto holds the entropy that mistakes had");
});

test("toy, gap: while wrong answers stay less certain than right ones entropy may fall; once they do not, it is held", () => {
  const wide: Toy = (entropy) => ({ spread: 1, right: 0.7 * entropy, wrong: 0.7 * entropy + 0.2 });
  assert.ok(toyRun({ target: "gap" }, wide, 150).loops.every(({ alpha }) => alpha === 0));
  const closing: Toy = (entropy) => ({ spread: 1, right: 0.7 * entropy, wrong: 1.2 * entropy });
  const { loops } = toyRun({ target: "gap" }, closing);
  assert.ok(Math.abs(last(loops.map(({ entropy }) => entropy)) - 0.8 * 0.59) < 0.02, `${last(loops.map(({ entropy }) => entropy))}`);
});
