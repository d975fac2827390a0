import assert from "node:assert/strict";
import fc from "fast-check";
import type { Device } from "../src/gpu/device.ts";
import { losses } from "../src/loss/index.ts";
import { readParameters } from "../src/nn/load_parameters.ts";
import { ConfigError } from "../src/options/problems.ts";
import { ADVANTAGE_NAMES } from "../src/rl/advantages/index.ts";
import { smallTrainer } from "./small_policy.ts";

/** Both ends of a range as often as what lies between, on a scale of powers where the range has many. */
function within(least: number, most: number): fc.Arbitrary<number> {
  const between =
    least > 0 && most / least > 1000
      ? fc.double({ min: Math.log(least), max: Math.log(most), noNaN: true }).map((x) => Math.min(most, Math.max(least, Math.exp(x))))
      : fc.double({ min: least, max: most, noNaN: true });
  return fc.oneof(fc.constantFrom(least, most), between);
}

const grpo = {
  temperature: within(0.01, 100),
  topP: within(0.001, 1),
  topK: fc.constantFrom(0, 1, 10_000_000),
  learningRate: within(0, 1),
  weightDecay: within(0, 1000),
  maxGradNorm: within(1e-6, 1e9),
  advantageLambda: within(0, 1000),
  gepoLow: within(0, 1),
  gepoHigh: within(1, 100),
  gepoDamping: within(0, 1),
  replay: fc.constantFrom(0, 0, 0, 3),
  tokenShare: within(1e-6, 1),
  beta: within(0, 1000),
  entropyCoef: within(-10, 10),
  clipLow: within(0, 1),
  clipHigh: within(0, 1e9),
  dualClip: fc.option(within(1.001, 1e9)),
  delta: within(1.001, 1e9),
  cispoBound: within(1e-8, 1e9),
  sapoPositive: within(1e-9, 1000),
  sapoNegative: within(1e-9, 1000),
  covFraction: within(1e-8, 1),
  covLow: within(-1e9, 1),
  covHigh: within(2, 1e9),
  covCoef: within(0, 1000),
  ercLow: within(0, 1),
  ercHigh: within(0, 1e9),
  dppoDivergence: fc.constantFrom("tv", "kl"),
  dppoDelta: fc.option(within(1e-6, 20)),
  dppoBound: within(1e-8, 1e9),
  loss: fc.constantFrom(...Object.keys(losses)),
  advantage: fc.constantFrom(...ADVANTAGE_NAMES),
  kl: fc.constantFrom("k1", "k2", "k3"),
  aggregate: fc.constantFrom("token-mean", "sequence-mean", "constant"),
  updatesPerRollout: fc.constantFrom(1, 2),
  microBatchRows: fc.constantFrom(37, 4096),
  maskTruncated: fc.boolean(),
  activations: fc.constantFrom("f32", "f16"),
  weights: fc.constantFrom("f32", "f16"),
};

/** One way to weigh tokens at most, because two contradict each other. */
const importance = fc.oneof(
  fc.record({ tis: fc.option(within(1e-6, 1e9)) }),
  fc.record({ icepop: fc.constantFrom([0.5, 2], [0, 1e9], [1, 1]) }),
  fc.record({ mis: fc.constantFrom([0.5, 2], [0, 1e-3]) }),
);

const entropy = {
  controller: fc.constantFrom("pi", "aec", "bonus", "entrocraft", "stare", "fixed", "none"),
  gate: fc.constantFrom("probability", "entropy-effect"),
  tau: within(0, 1),
  alphaNorm: fc.constantFrom("all", "gated"),
  target: fc.constantFrom(0, 1.2, 2),
  mode: fc.constantFrom("hold", "floor"),
  release: within(0, 1),
  kp: within(0, 10_000),
  ki: within(0, 10_000),
  limit: within(0.001, 1),
  gains: fc.constantFrom("fixed", "auto"),
  delta: within(1e-9, 10),
  maxCoefficient: within(1e-9, 10),
  coefficient: within(-10, 10),
  share: within(1e-8, 1),
  side: fc.constantFrom("positive", "negative", "both"),
  weight: within(1, 1.5),
  adaptive: fc.boolean(),
  low: within(0, 1),
  high: within(1, 100),
  alpha: within(-1, 1),
};

/** Options inside their ranges, each left out half of the time. */
const options = fc.record({
  grpo: fc.tuple(fc.record(grpo, { requiredKeys: [] }), importance).map(([own, weights]) => ({ ...own, ...weights })),
  entropy: fc.record(entropy, { requiredKeys: [] }),
});

/** After two steps with random options weights and moments are finite, and the state that is saved has no number that JSON cannot hold. */
export async function checkRandomOptions(
  device: Device,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<number> {
  let trained = 0;
  const property = fc.asyncProperty(options, async (given) => {
    const { trainer, model } = await smallTrainer(device, { ...given, grpo: { ...given.grpo, prompts: 2 } }).catch((error: unknown) => {
      if (error instanceof ConfigError) return { trainer: undefined, model: undefined };
      throw error;
    });
    if (!trainer) return;
    for (let step = 0; step < 2; step += 1) await trainer.train();
    const { state, moments } = await trainer.save();
    for (const [name, { data }] of [...moments, ...(await readParameters(model.placed))]) {
      assert.ok(data.every(Number.isFinite), `${name} is not finite`);
    }
    assert.ok(!JSON.stringify(state).includes("null"), `the saved state has a null: ${JSON.stringify(state)}`);
    trainer.destroy();
    model.destroy();
    trained += 1;
  });
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: true });
  return trained;
}
