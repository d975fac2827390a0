import assert from "node:assert/strict";
import { test } from "node:test";
import { controllers, createController } from "../../src/control/index.ts";
import { createRandom } from "../../src/random.ts";
import { type ControlRecord, checkController } from "../../src/testing/check_controller.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

/** Entropies far above, far below and at the target, and a random walk from there. */
function script(target: number): number[] {
  const random = createRandom(7);
  let entropy = target;
  const walk = Array.from({ length: 40 }, () => {
    entropy = Math.max(0, entropy + 0.1 * random.normal());
    return entropy;
  });
  return [...Array(8).fill(target + 3), ...Array(8).fill(0), target, target, ...walk].map(Math.fround);
}

/** Every controller as it is by default, and settings in which one does something else. */
const settings: readonly { controller: string; [option: string]: unknown }[] = [
  ...Object.keys(controllers).map((controller) => ({ controller })),
  { controller: "pi", target: 0.1, kp: 1, ki: 0.01 },
  { controller: "pi", target: 0.3, kp: 3, ki: 0.5, limit: 0.4, antiWindup: false },
  { controller: "pi", target: 0, kp: 10, ki: 0 },
  { controller: "pi", target: 0.4, kp: 0, ki: 2 },
  { controller: "pi", target: 0.3, gains: "auto" },
  { controller: "pi", target: "auto", anchorSteps: 5, targetDecay: 0.01, targetFloor: 0.2 },
  { controller: "pi", target: "auto", gains: "auto", rho: 0.7, lambda: 0.1, kiRatio: 0.1, limit: 0.5 },
  { controller: "pi", target: 0.3, mode: "floor", kp: 2.9, ki: 0.5 },
  { controller: "pi", target: 0.3, release: 0.5 },
  {
    controller: "pi",
    target: [
      [0, 0.6],
      [0.5, 0.4],
      [1, 0.2],
    ],
    mode: "hold",
  },
  { controller: "pi", target: "spread", anchorSteps: 5, targetFloor: 0.2 },
  { controller: "pi", target: "right", anchorSteps: 5, mode: "hold" },
  { controller: "pi", target: "gap", anchorSteps: 5, targetRate: 0.1, release: 0.8 },
  { controller: "pi", target: "group", rho: 0.5, release: 0.8 },
  { controller: "aec", target: 0.4, delta: 0.001 },
  { controller: "bonus", coefficient: 0.01 },
  { controller: "entrocraft", low: 0.2, high: 0.4 },
  { controller: "stare", target: 0.3, side: "both", weight: 1.3 },
  { controller: "stare", target: 0.375, adaptive: true, delta: 0.05 },
  { controller: "clip", target: 0.3, kp: 3, ki: 0.5, limit: 0.7, span: 2 },
  { controller: "fixed", alpha: -0.45 },
];

test("a controller that says it acts on advantages alone and sets an entropy bonus is found out", async () => {
  for (const controller of Object.keys(controllers)) {
    assert.equal(createController({ controller }).actsOnAdvantages ?? false, !["bonus", "aec"].includes(controller), controller);
  }
  for (const options of [{ controller: "bonus" }, { controller: "aec", target: 0.4 }]) {
    const liar = { ...createController(options), actsOnAdvantages: true };
    await assert.rejects(checkController(device, liar, script(0.3)), /says actsOnAdvantages, but sets an entropy bonus of .* in step \d+/);
  }
});

for (const options of settings) {
  test(`controller ${JSON.stringify(options)} follows its double-precision twin`, async () => {
    const controller = createController(options);
    const target = typeof options.target === "number" ? options.target : 0.3;
    const entropies = script(target);
    const random = createRandom(11);
    // Some steps have no right answer, and some no wrong one.
    const told = entropies.map((entropy) => ({
      spread: random.uniform(),
      right: random.uniform() < 0.8 ? 0.7 * entropy * random.uniform() : undefined,
      wrong: random.uniform() < 0.8 ? 1.3 * entropy * random.uniform() : undefined,
    }));
    const given = {
      steps: entropies.length,
      plant: (_: unknown, step: number) => entropies[step]!,
      signals: (step: number) => told[step]!,
    };
    const { steps, error, where } = await checkController(device, controller, given);
    // The integral reaches some 30 before it is bounded, in single precision.
    assert.ok(error < 2e-5, `differs by ${error} in ${where} on ${device.name}`);
    assert.ok(controller.usesAlpha || steps.every(({ alpha }) => alpha === 0), "usesAlpha is false, and alpha is not 0");
  });
}

/** What a controller itself has written, of a state. */
function written({ entropy_coefficient, positive_scale, negative_scale, loops }: ControlRecord): object {
  const own = loops.map((loop) => ({ ...loop, entropy: 0, token_count: 0 }));
  return { entropy_coefficient, positive_scale, negative_scale, loops: own };
}

for (const options of settings) {
  test(`controller ${JSON.stringify(options)} stays as it is after a batch without tokens, or without a finite entropy`, async () => {
    const nothing = [Number.NaN, Number.POSITIVE_INFINITY, [{ entropy: 0.9, tokens: 0 }]];
    const script = [0.1, ...nothing] as const;
    // What the host tells stays as it is too.
    const given = { steps: script.length, plant: (_: unknown, step: number) => script[step]!, signals: () => ({ progress: 0.5 }) };
    const { steps, error, where } = await checkController(device, createController(options), given);
    assert.ok(error < 1e-6, `differs by ${error} in ${where} on ${device.name}`);
    for (const step of steps.slice(1)) assert.deepEqual(written(step), written(steps[0]!));
  });
}

test("every controller is called what it is registered as, and starts as the loss expects", () => {
  for (const options of settings) {
    const controller = createController(options);
    assert.equal(controller.name, options.controller);
    const { control, loops } = controller.initial();
    assert.equal(loops.length, Math.max(1, controller.classes?.length ?? 0));
    for (const { alpha } of loops) assert.equal(alpha, Number(options.alpha ?? 0));
    assert.deepEqual([control.positive_scale, control.negative_scale], [1, 1]);
  }
});

test("an unknown controller and options out of their range are named", () => {
  const refused = (options: { controller: string; [option: string]: unknown }, message: RegExp): void =>
    assert.throws(() => createController(options), message);
  refused(
    { controller: "pid" },
    new RegExp(`entropy.controller is "pid"; it must be one of ${Object.keys(controllers).join(", ")}; did you mean pi`),
  );
  refused({ controller: "pi", target: -1 }, /entropy.target is -1; it must be a number from 0 to 100, or auto/);
  refused({ controller: "pi", target: 1, limit: 0 }, /entropy.limit is 0; it must be a number from 0.001 to 1/);
  refused({ controller: "pi", target: "auto", rho: 0 }, /entropy.rho is 0; it must be a number from 0.01 to 100/);
  refused({ controller: "pi", target: "auto", anchorSteps: 0.5 }, /entropy.anchorSteps is 0.5/);
  refused({ controller: "pi", target: 1, lambda: 2 }, /entropy.lambda is 2; it must be a number of at least 0.001 and below 2/);
  refused({ controller: "pi", classes: [{ name: "a", target: 1 }] }, /entropy.classes is \["a"\]; it must be empty, or a list of 2 to 64/);
  refused(
    { controller: "pi", target: "aut" },
    /entropy.target is "aut"; it must be a number from 0 to 100, or auto, spread, right, gap, group, or points/,
  );
  refused(
    { controller: "pi", target: [[0, 0.5]] },
    /entropy.target is .*; it must be .*points \[share of the run, nats\] with rising shares/,
  );
  refused(
    {
      controller: "pi",
      target: [
        [0.5, 0.5],
        [0.5, 0.2],
      ],
    },
    /entropy.target is .*rising shares from 0 to 1/,
  );
  refused(
    {
      controller: "pi",
      target: [
        [0, 0.5],
        [2, 0.2],
      ],
    },
    /entropy.target is .*rising shares from 0 to 1/,
  );
  refused({ controller: "pi", mode: "both" }, /entropy.mode is "both"; it must be one of hold, floor, or null/);
  refused({ controller: "pi", release: 1.5 }, /entropy.release is 1.5; it must be a number from 0 to 1, or null \(never\)/);
  refused({ controller: "pi", mode: "floor", gains: "auto" }, /entropy.gains is "auto"; it must be fixed in mode floor/);
  refused({ controller: "pi", target: "gap", gains: "auto" }, /entropy.gains is "auto"; it must be fixed in mode floor/);
  const classes = [
    { name: "a", target: 1, from: 0 },
    { name: "b", target: 1, from: 1 },
  ];
  for (const target of ["right", "group"]) {
    const allowed = `entropy.target is "${target}"; it must be a number, auto or points where entropy.classes`;
    refused({ controller: "pi", target, classes }, new RegExp(allowed));
  }
  refused({ controller: "aec", target: -1 }, /entropy.target is -1; it must be a number from 0 to 100/);
  refused({ controller: "aec", target: "auto" }, /entropy.target is "auto"; it must be a number from 0 to 100/);
  refused({ controller: "aec", delta: 0 }, /entropy.delta is 0; it must be a number from 1e-9 to 10/);
  refused(
    { controller: "stare", adaptive: true, weight: 1.4, maxWeight: 1.2 },
    /entropy.weight is 1.4; it must be at most entropy.maxWeight/,
  );
  refused(
    { controller: "clip", classes: [{ name: "a", target: 1 }] },
    /entropy.classes is \["a"\]; it must be empty, or a list of 2 to 64/,
  );
  refused({ controller: "bonus", coefficient: Number.NaN }, /entropy.coefficient is NaN/);
  refused({ controller: "entrocraft", low: 0.4, high: 0.3 }, /entropy.high is 0.3; it must be at least/);
});
