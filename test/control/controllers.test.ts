import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { CONTROL_FIELDS, type ControllerOptions, controllers, createController } from "../../src/control/index.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { createGenerator } from "../../src/random.ts";
import { checkController } from "../../src/testing/check_controller.ts";

const device = await openDevice();
after(() => device.destroy());

/** Far above, far below, at and around the target, and a random walk. */
function script(target: number): number[] {
  const random = createGenerator(7);
  let entropy = target;
  const walk = Array.from({ length: 40 }, () => {
    entropy = Math.max(0, entropy + 0.1 * random.normal());
    return entropy;
  });
  return [...Array(8).fill(target + 3), ...Array(8).fill(0), target, target, ...walk].map(Math.fround);
}

const settings: readonly ControllerOptions[] = [
  { controller: "pi", target: 0.1, kp: 1, ki: 0.01 },
  { controller: "pi", target: 0.35 },
  { controller: "pi", target: 0.3, kp: 3, ki: 0.5, limit: 0.4, antiWindup: false },
  { controller: "pi", target: 0, kp: 10, ki: 0 },
  { controller: "pi", target: 0.4, kp: 0, ki: 2 },
  { controller: "fixed", alpha: -0.45 },
  { controller: "none" },
];

for (const options of settings) {
  test(`controller ${JSON.stringify(options)} follows its double-precision twin`, async () => {
    const { error, where } = await checkController(device, createController(options), script(options.target ?? 0.3));
    // The integral reaches some 30 before it is bounded, in single precision.
    assert.ok(error < 2e-5, `differs by ${error} in ${where} on ${device.name}`);
  });
}

test("every controller is tested, is called what it is registered as, and starts as the loss expects", () => {
  assert.deepEqual([...new Set(settings.map(({ controller }) => controller))].sort(), Object.keys(controllers).sort());
  for (const options of settings) {
    const controller = createController(options);
    assert.equal(controller.name, options.controller);
    const initial = controller.initial();
    assert.equal(initial.length, CONTROL_FIELDS.length);
    assert.equal(initial[CONTROL_FIELDS.indexOf("alpha")], Math.fround(options.alpha ?? 0));
    assert.deepEqual([initial[2], initial[3]], [1, 1]);
  }
});

test("an unknown controller, a negative target and a limit of 0 are named", () => {
  assert.throws(() => createController({ controller: "pid" }), /entropy.controller is pid; it must be one of pi, fixed, none/);
  assert.throws(() => createController({ controller: "pi", target: -1 }), /entropy.target is -1; it must be 0 or more/);
  assert.throws(() => createController({ controller: "pi" }), /entropy.target is NaN/);
  assert.throws(() => createController({ controller: "pi", target: 1, limit: 0 }), /entropy.limit is 0; it must be above 0/);
});

test("the struct in WGSL lists the fields of the contract, and every control kernel has a controller", () => {
  const shaders = new URL("../../shaders/", import.meta.url);
  const struct = /struct Control \{([^}]*)\}/.exec(readFileSync(new URL("lib/control.wgsl", shaders), "utf8"))![1]!;
  const fields = [...struct.matchAll(/^ {2}(\w+): f32,/gm)].map(([, name]) => name!.replace("target_entropy", "target"));
  assert.deepEqual(fields, [...CONTROL_FIELDS]);
  for (const file of readdirSync(new URL("control/", shaders)))
    assert.ok(file.replace(".wgsl", "") in controllers, `shaders/control/${file}`);
});
