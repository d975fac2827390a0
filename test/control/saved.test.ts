import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bonus,
  type Controller,
  clip,
  entropic,
  fixed,
  measure,
  type PIOptions,
  type StepSignals,
  setFields,
  stare,
} from "../../src/control/index.ts";
import { resumedState, savedControl } from "../../src/control/saved.ts";
import type { ControlState } from "../../src/control/state.ts";

const signals: StepSignals = { progress: 0.1, spread: 0.6, right: 0.2, wrong: 0.5, completions: 8, length: 4 };

/** The state after batches of these entropies, each told the same signals. */
function after(
  controller: Controller,
  entropies: readonly number[],
  { from = controller.initial(), told = signals }: { readonly from?: ControlState; readonly told?: StepSignals } = {},
): ControlState {
  const { law } = controller;
  if (!law) return from;
  return entropies.reduce((state, entropy) => law.step(measure(setFields(state, law.told?.(told) ?? {}), [{ entropy, tokens: 1 }])), from);
}

/** The state of one controller as another goes on with it. */
function handedOver(state: ControlState, from: Controller, to: Controller): ControlState {
  return resumedState(to, savedControl(from, state));
}

const entropies = Array.from({ length: 30 }, (_, i) => 0.6 - 0.01 * i);

/** The only loop of a state that was saved under some options and goes on under others. */
function switched(from: PIOptions, to: PIOptions): { saved: ControlState["loops"][0]; resumed: ControlState["loops"][0] } {
  const [one, other] = [entropic(from), entropic(to)];
  const state = after(one, entropies);
  return { saved: state.loops[0]!, resumed: resumedState(other, savedControl(one, state)).loops[0]! };
}

test("under the same options a state goes on as it was, whatever was found on the way", () => {
  for (const options of [
    { target: 0.5 },
    { gains: "auto" },
    { target: "auto" },
    { target: "auto", gains: "auto" },
    { target: 0.5, release: 0.08 },
    { target: "spread" },
    { target: "right" },
    { target: "group" },
  ] as const) {
    for (let steps = 0; steps < entropies.length; steps += 1) {
      const controller = entropic(options);
      const state = after(controller, entropies.slice(0, steps));
      assert.deepEqual(resumedState(controller, savedControl(controller, state)), state, `${JSON.stringify(options)} after ${steps}`);
    }
  }
});

test("targets and gains that the options give win over the saved ones, and the integral stays", () => {
  const { saved, resumed } = switched({ target: 0.5, ki: 1 }, { target: 0.4, kp: 3, ki: 0.2 });
  assert.deepEqual(resumed, { ...saved, target_entropy: 0.4, kp: 3, ki: 0.2 });
});

test("given options end what was automatic, and a loop that is now to find something starts anew", () => {
  const { saved, resumed } = switched({ target: "auto", gains: "auto" }, { target: 0.4, kp: 3, ki: 0.2 });
  assert.deepEqual(resumed, { ...saved, rho: 0, target_entropy: 0.4, kp: 3, ki: 0.2, authority: 0, sum_square: 0, sum_product: 0 });
  for (const options of [{ target: "auto" }, { target: 0.5, gains: "auto" }] as const) {
    assert.deepEqual(switched({ target: 0.5 }, options).resumed, entropic(options).initial().loops[0]);
  }
});

test("mode floor forgets a sum of errors above 0 that mode hold has saved, and keeps one below", () => {
  const { saved, resumed } = switched({ target: 0.3, kp: 1, ki: 0.1 }, { target: 0.3, kp: 1, ki: 0.1, mode: "floor" });
  assert.ok(saved.integral > 1);
  assert.deepEqual(resumed, { ...saved, integral: 0 });
  const below = switched({ target: 0.7, kp: 1, ki: 0.1 }, { target: 0.7, kp: 1, ki: 0.1, mode: "floor" });
  assert.ok(below.saved.integral < -1);
  assert.deepEqual(below.resumed, below.saved);
});

test("a constant alpha or bonus follows the options, whatever was saved", () => {
  for (const [one, other] of [
    [fixed({ alpha: 0.1 }), fixed({ alpha: -0.3 })],
    [bonus({ coefficient: 0.1 }), bonus({ coefficient: 0.2 })],
  ] as const) {
    assert.deepEqual(resumedState(other, savedControl(one, one.initial())), other.initial());
  }
});

test("without release control takes up again what an earlier release has let go", () => {
  for (const make of [entropic, clip]) {
    const [one, other] = [make({ target: 0.3, release: 0.5 }), make({ target: 0.3 })];
    const late = after(one, [0.1, 0.1], { told: { ...signals, progress: 0.8 } });
    assert.equal(late.loops[0]!.released, 1);
    const next = after(other, [0.1], { from: handedOver(late, one, other) }).loops[0]!;
    assert.ok(next.released === 0 && next.alpha === -0.9, `${one.name}: released ${next.released}, alpha ${next.alpha}`);
    const near = after(other, [0.29], { from: handedOver(late, one, other) }).loops[0]!;
    assert.ok(Math.abs(near.integral + 0.01) < 1e-6, `${one.name}: I ${near.integral}`);
  }
});

/** Entropies that answer alpha by an authority of 0.03. */
function closedLoop(controller: Controller, steps: number, from = controller.initial()): ControlState {
  let state = from;
  for (let i = 0; i < steps; i += 1) {
    const { entropy, alpha } = state.loops[0]!;
    state = after(controller, [entropy === 0 ? 0.5 : entropy - 0.03 * alpha], { from: state });
  }
  return state;
}

const automatic = { target: 0.5, gains: "auto" } as const;

test("automatic gains that were given up for given ones are found by another experiment when they are asked for again", () => {
  const [auto, given] = [entropic(automatic), entropic({ target: 0.5, kp: 3, ki: 0.2 })];
  for (const steps of [10, 40]) {
    const between = closedLoop(given, 30, handedOver(closedLoop(auto, steps), auto, given));
    const again = closedLoop(auto, 30, handedOver(between, given, auto)).loops[0]!;
    assert.ok(
      Math.abs(again.authority / 0.03 - 1) < 1e-3 && Math.abs(again.kp / 5 - 1) < 1e-3,
      `authority ${again.authority}, kp ${again.kp}`,
    );
  }
});

test("automatic gains follow lambda and kiRatio, and the given gains where the experiment has found none", () => {
  const auto = entropic(automatic);
  const found = closedLoop(auto, 40);
  const [loop] = handedOver(found, auto, entropic({ ...automatic, lambda: 0.3, kiRatio: 0.1 })).loops;
  assert.ok(Math.abs(loop!.kp / 10 - 1) < 1e-3 && Math.abs(loop!.ki - 1) < 1e-3, `kp ${loop!.kp}, ki ${loop!.ki}`);
  const rounded = { ...found, loops: found.loops.map((one) => ({ ...one, kp: one.kp * (1 + 1e-7) })) };
  assert.deepEqual(handedOver(rounded, auto, auto), rounded, "as another machine rounds");
  const [early] = handedOver(closedLoop(auto, 5), auto, entropic({ ...automatic, kp: 4, ki: 0.5 })).loops;
  assert.deepEqual([early!.kp, early!.ki], [4, 0.5]);
});

test("an experiment that the end of an automatic target shifts begins anew", () => {
  const [one, other] = [entropic({ ...automatic, target: "auto" }), entropic(automatic)];
  for (const steps of [1, 10, 30]) {
    const again = closedLoop(other, 30, handedOver(closedLoop(one, steps), one, other)).loops[0]!;
    assert.ok(Math.abs(again.authority / 0.03 - 1) < 1e-3, `after ${steps} steps: authority ${again.authority}`);
  }
  const done = closedLoop(one, 40);
  const loop = handedOver(done, one, other).loops[0]!;
  assert.deepEqual(loop, { ...done.loops[0]!, rho: 0, target_entropy: 0.5 });
});

test("a target that follows another signal measures the start of that one", () => {
  const [spread, gap] = [entropic({ target: "spread" }), entropic({ target: "gap" })];
  const saved = after(spread, entropies);
  assert.ok(Math.abs(saved.loops[0]!.signal_start - 0.6) < 1e-6);
  const [loop] = after(gap, entropies.slice(0, 12), { from: handedOver(saved, spread, gap) }).loops;
  assert.ok(Math.abs(loop!.signal_start - 0.3) < 1e-6 && loop!.signals === 8, `x_0 ${loop!.signal_start} of ${loop!.signals}`);
  const auto = entropic({ target: "auto" });
  const back = handedOver(handedOver(saved, spread, auto), auto, spread).loops[0]!;
  assert.equal(back.signal_start, saved.loops[0]!.signal_start);
  const older = { ...saved, loops: saved.loops.map((one) => ({ ...one, private_0: 0 })) };
  assert.equal(handedOver(older, spread, spread).loops[0]!.signals, 8, "a state that does not say of which signal");
});

test("a target for answers stays what it was until a step has answers again", () => {
  const [group, given] = [entropic({ target: "group" }), entropic({ target: 0.3 })];
  const saved = after(group, [0.5]);
  assert.deepEqual(handedOver(saved, group, group), saved);
  const told = { ...signals, length: undefined };
  const [loop] = after(group, [0.5], { from: handedOver(after(given, [0.5]), given, group), told }).loops;
  assert.ok(Math.abs(loop!.target_entropy - 0.3) < 1e-6);
});

test("stare: a weight that is now to adapt starts at the given one", () => {
  const [constant, adaptive] = [stare({ weight: 1.1 }), stare({ weight: 1.3, adaptive: true })];
  assert.ok(Math.abs(handedOver(constant.initial(), constant, adaptive).loops[0]!.private_0 - 0.3) < 1e-12);
  const other = stare({ weight: 1.2, adaptive: true });
  assert.ok(Math.abs(handedOver(adaptive.initial(), adaptive, other).loops[0]!.private_0 - 0.3) < 1e-12);
  const through = handedOver(handedOver(adaptive.initial(), adaptive, constant), constant, other);
  assert.ok(Math.abs(through.loops[0]!.private_0 - 0.2) < 1e-12);
});
