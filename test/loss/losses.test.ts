import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { z } from "zod";
import { type LossFactory, losses } from "../../src/loss/index.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { ConfigError } from "../../src/options/problems.ts";
import { checkLoss } from "../../src/testing/check_loss.ts";

const device = await openDevice();
after(() => device.destroy());

/** Every option at its default, and each that is a number away from it, where its range and the others allow. */
function settingsOf(factory: LossFactory): Record<string, unknown>[] {
  const defaults = factory().options;
  const changed = Object.entries(defaults).flatMap(([name, value]) => {
    const others = value === null ? [2.5] : typeof value === "number" ? [value * 0.5, value * 2 + 0.1] : [];
    return others.map((other) => ({ [name]: other }));
  });
  return [{}, ...changed.filter((options) => isAllowed(factory, options))];
}

function isAllowed(factory: LossFactory, options: Record<string, unknown>): boolean {
  try {
    factory(options as z.input<z.ZodObject>);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

/** Options at which a loss is as steep or as flat as it can be, where its value may be too large to differentiate numerically. */
function extremesOf(factory: LossFactory): Record<string, unknown>[] {
  const numbers = Object.entries(factory().options).filter(([, value]) => typeof value === "number");
  return numbers.map(([name]) => ({ [name]: 1e-8 })).filter((options) => isAllowed(factory, options));
}

for (const [name, registered] of Object.entries(losses)) {
  // The factories of the registry differ in the type of their options, and each checks its own.
  const factory = registered as unknown as LossFactory;
  for (const options of settingsOf(factory)) {
    test(`loss ${name}, ${JSON.stringify(options)}: WGSL, double precision and numerical differentiation agree`, async () => {
      const errors = await checkLoss(device, factory(options as z.input<z.ZodObject>));
      const text = `${JSON.stringify(errors)} on ${device.name}`;
      assert.ok(errors.value < 1e-5 && errors.slope < 1e-5 && errors.derivative < 1e-5, text);
      assert.equal(errors.flags, 0, text);
      assert.ok(errors.kinks <= errors.tokens / 10, text);
    });
  }
  for (const options of extremesOf(factory)) {
    test(`loss ${name}, ${JSON.stringify(options)}: WGSL and double precision agree`, async () => {
      const errors = await checkLoss(device, factory(options as z.input<z.ZodObject>));
      assert.ok(errors.value < 1e-5 && errors.slope < 1e-5 && errors.flags === 0, `${JSON.stringify(errors)} on ${device.name}`);
    });
  }
}
