import assert from "node:assert/strict";
import { test } from "node:test";
import { bonus, type Controller, entropic, fixed, measure, type PIOptions } from "../../src/control/index.ts";
import { resumedState, savedControl } from "../../src/control/saved.ts";
import type { ControlState } from "../../src/control/state.ts";

/** The state after batches of these entropies. */
function after(controller: Controller, entropies: readonly number[]): ControlState {
  return entropies.reduce(
    (state, entropy) => controller.law?.step(measure(state, [{ entropy, tokens: 1 }])) ?? state,
    controller.initial(),
  );
}

const entropies = Array.from({ length: 30 }, (_, i) => 0.6 - 0.01 * i);

/** The only loop of a state that was saved under some options and goes on under others. */
function switched(from: PIOptions, to: PIOptions): { saved: ControlState["loops"][0]; resumed: ControlState["loops"][0] } {
  const [one, other] = [entropic(from), entropic(to)];
  const state = after(one, entropies);
  return { saved: state.loops[0]!, resumed: resumedState(other, savedControl(one, state)).loops[0]! };
}

test("under the same options a state goes on as it was, whatever was found on the way", () => {
  for (const options of [{ target: 0.5 }, { gains: "auto" }, { target: "auto" }, { target: "auto", gains: "auto" }] as const) {
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
  assert.deepEqual(resumed, { ...saved, rho: 0, target_entropy: 0.4, kp: 3, ki: 0.2 });
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
