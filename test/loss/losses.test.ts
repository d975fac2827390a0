import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { createLoss, defineLoss, type LossFactory, losses } from "../../src/loss/index.ts";
import { ConfigError } from "../../src/options/problems.ts";
import { checkLoss } from "../../src/testing/check_loss.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

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

test("a loss that says it scales with the advantage has nothing where that is 0, and is found out where it has", async () => {
  for (const name of Object.keys(losses)) {
    const loss = createLoss({ loss: name });
    assert.equal(loss.scalesWithAdvantage, !["clip-cov", "kl-cov"].includes(name), name);
  }
  const liar = { ...createLoss({ loss: "kl-cov" }), scalesWithAdvantage: true };
  await assert.rejects(
    checkLoss(device, liar),
    /the loss kl-cov says scalesWithAdvantage, but at advantage 0, .* its slope .*; leave scalesWithAdvantage out/,
  );
});

test("every loss is called what it is registered as", () => {
  for (const name of Object.keys(losses)) assert.equal(createLoss({ loss: name }).name, name);
});

/** Stops a token whose probability has moved by more than `bound`; its twin has the bound `factor` times as far. */
const moveBound = (factor: number) =>
  defineLoss({
    key: "move-bound",
    description: "The policy gradient of tokens whose probability has moved less than a bound.",
    options: z.object({}),
    parameters: () => ({ bound: 0.2 }),
    wgsl: `
      import package::lib::loss::{Surrogate, Token};
      struct LossParameters { bound: f32 }
      fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
        if abs(exp(token.logp) - exp(token.old_logp)) > parameters.bound { return Surrogate(0.0, 0.0, false, true); }
        return Surrogate(-token.ratio * token.advantage, -token.ratio_slope * token.advantage, false, false);
      }`,
    surrogate: ({ logp, oldLogp, advantage, ratio, ratioSlope }) => {
      if (Math.abs(Math.exp(logp) - Math.exp(oldLogp)) > factor * 0.2) return { value: 0, slope: 0, low: false, high: true };
      return { value: -ratio * advantage, slope: -ratioSlope * advantage, low: false, high: false };
    },
  });

test("checkLoss notices a bound on the change of a probability that is one percent off", async () => {
  const right = await checkLoss(device, moveBound(1)());
  assert.ok(right.flags === 0 && right.value < 1e-5 && right.derivative < 1e-5, JSON.stringify(right));
  for (const factor of [0.99, 1.01]) assert.ok((await checkLoss(device, moveBound(factor)())).flags > 0, `${factor} of the bound`);
});
