import assert from "node:assert/strict";
import { test } from "node:test";
import { aec, type Controller, clip, createController, defineController, entropic, initialState, stare } from "../../src/control/index.ts";
import { decimal, option, section } from "../../src/options/schema.ts";
import { controllerWithTarget } from "../../src/rl/set_target.ts";

const given = { target: 0.3, mode: "floor", release: 0.8, kp: 30, ki: 0.1, limit: 0.5, antiWindup: false } as const;

/** What a controller does, as far as it is data. */
function contentOf({ initial, law, resumed, ...behaviour }: Controller): unknown {
  const saved = initialState({ loops: [{ released: 0.5, integral: 2, kp: 9, ki: 9 }] });
  return JSON.parse(JSON.stringify({ ...behaviour, initial: initial(), parameters: law?.parameters, resumed: resumed?.(saved) }));
}

test("all options but the target stay what they were, whoever made the controller", () => {
  for (const [before, after] of [
    [entropic(given), entropic({ ...given, target: 0.2 })],
    [entropic({ target: "auto", gains: "auto", rho: 0.5 }), entropic({ target: 0.2, gains: "auto", rho: 0.5 })],
    [clip({ target: 0.3, kp: 3, span: 7 }), clip({ target: 0.2, kp: 3, span: 7 })],
    [stare({ target: 0.3, weight: 1.3, side: "both" }), stare({ target: 0.2, weight: 1.3, side: "both" })],
    [createController({ controller: "pi", ...given, gate: "probability" }), entropic({ ...given, target: 0.2 })],
  ] as const) {
    assert.deepEqual(contentOf(controllerWithTarget(before, 0.2)), contentOf(after), before.name);
    assert.deepEqual(contentOf(controllerWithTarget(controllerWithTarget(before, 0.5), 0.2)), contentOf(after), `${before.name}, twice`);
  }
  assert.throws(() => controllerWithTarget(entropic(given), -1), /^ConfigError: entropy\.target is -1/);
});

const declared = (inState: boolean) =>
  defineController({
    key: "own",
    description: "Holds entropy.",
    options: section({
      target: option(decimal({ min: 0 }), 0.4, "The entropy to hold."),
      strength: option(decimal({ min: 0 }), 1, "How strongly."),
    }),
    build: ({ target, strength }) => ({
      label: "GRPO + own",
      holds: [{ option: "target", nats: target, words: `${target} nats` }],
      usesAlpha: true,
      initial: () => initialState({ loops: [{ target_entropy: target }] }),
      law: { kernel: "control/own", parameters: { strength, ...(!inState && { target }) }, step: (state) => state },
      resumed: ({ control, loops }) => ({ control, loops: loops.map((loop) => ({ ...loop, target_entropy: target })) }),
    }),
  });

test("a controller of one's own takes another target where it was declared with options and its state holds the target", () => {
  const own = declared(true)({ target: 0.3, strength: 4 });
  assert.deepEqual(contentOf(controllerWithTarget(own, 0.2)), contentOf(declared(true)({ target: 0.2, strength: 4 })));
});

test("a controller whose target cannot change is refused with what to do", () => {
  const own = entropic(given);
  const { options: _, withOptions: __, ...literal } = own;
  const classes = [
    { name: "head", target: 1, from: 0 },
    { name: "tail", target: 1, from: 1 },
  ];
  for (const [controller, message] of [
    [createController({ controller: "none" }), /^the controller "none" has no single target to change; set .* and make another trainer$/],
    [entropic({ classes }), /^the controller "pi" has no single target to change; /],
    [
      entropic({
        target: [
          [0, 1],
          [1, 0.5],
        ],
      }),
      /^entropy\.target is \[\[0,1\],\[1,0\.5\]\]; it must be a number or auto where it is changed during a run$/,
    ],
    [entropic({ target: "group" }), /^entropy\.target is "group"; it must be a number or auto/],
    [literal, /^the controller "pi" was not made from options, .*; make it with defineController, or make another trainer/],
    [{ ...own, name: "mine" }, /^the controller "mine" was not made from options/],
    [
      aec({ target: 0.3 }),
      /^the controller "aec" keeps its target outside its state, .*; save, and load into a trainer whose controller has the other target$/,
    ],
    [declared(false)(), /^the controller "own" keeps its target outside its state/],
  ] as const) {
    assert.throws(() => controllerWithTarget(controller, 0.2), { name: "ConfigError", message });
  }
});
