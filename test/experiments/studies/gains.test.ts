import assert from "node:assert/strict";
import { test } from "node:test";
import type { GainsRun, PlantFindings } from "../../../src/experiments/studies/gains/findings.ts";
import { measuredBoundary, noiseBoundary, predictedBoundary, responseOf, swings } from "../../../src/experiments/studies/gains/response.ts";
import type { GainsSettings } from "../../../src/experiments/studies/gains/settings.ts";
import { gainsVerdicts } from "../../../src/experiments/studies/gains/verdicts.ts";
import { createRandom } from "../../../src/random.ts";

const LIMIT = 0.9;
const TARGET = 0.4;

/** The plant of docs/method.md, H' = H + d - b alpha, under PI with the engine's order of updates, and noise in what is measured. */
function simulate({
  kp,
  ki = 0,
  b = 0.02,
  d = -0.002,
  steps = 60,
  noise = 0,
}: {
  kp: number;
  ki?: number;
  b?: number;
  d?: number;
  steps?: number;
  noise?: number;
}): GainsRun {
  const random = createRandom(7);
  let [level, integral] = [0.5, 0];
  const entropy: number[] = [];
  const alpha: number[] = [];
  for (let step = 0; step < steps; step++) {
    const measured = level + noise * (random.integer(1001) / 500 - 1);
    const error = measured - TARGET;
    const output = Math.max(-LIMIT, Math.min(LIMIT, kp * error + ki * integral));
    integral += error;
    entropy.push(measured);
    alpha.push(output);
    level += d - b * output;
  }
  return { kp, ki, entropy, alpha };
}

const plantOf = (b: number, grid: readonly GainsRun[]): PlantFindings => {
  const free = simulate({ kp: 0, b, noise: 0.005 });
  return {
    seed: 0,
    size: "s",
    gate: "g",
    start: 0.5,
    target: TARGET,
    authority: b,
    drift: -0.002,
    free,
    grid,
    automatic: { ...free, authority: b },
  };
};

test("kp alone leaves the offset d / (b kp) below the target, and the integral none", () => {
  const p = responseOf(simulate({ kp: 10, steps: 120 }), TARGET, LIMIT);
  assert.ok(Math.abs(p.offset - -0.002 / (0.02 * 10) / TARGET) < 1e-3, String(p.offset));
  const pi = responseOf(simulate({ kp: 10, ki: 1, steps: 120 }), TARGET, LIMIT);
  assert.ok(Math.abs(pi.offset) < 1e-3, String(pi.offset));
});

test("the response tells when the target was reached and how far it was passed", () => {
  const { reached, overshoot } = responseOf(
    { kp: 1, ki: 0, entropy: [0.8, 0.7, 0.6, 0.5, 0.4, 0.4, 0.4, 0.3, 0.3, 0.3], alpha: Array(10).fill(0) },
    0.4,
    LIMIT,
  );
  // Means of five: 0.60, 0.52, 0.46, 0.40, 0.36, 0.34
  assert.equal(reached, 8);
  assert.ok(Math.abs(overshoot - 0.15) < 1e-9, String(overshoot));
});

test("the simulated loop begins to oscillate between the gains that bracket 2 / b", () => {
  const b = 0.02;
  const gains = [1, 3, 10, 30, 60, 90, 130, 200];
  const plant = plantOf(
    b,
    gains.map((kp) => simulate({ kp, b, noise: 0.0005, steps: 90 })),
  );
  const predicted = predictedBoundary(b, 0);
  assert.equal(predicted, 100);
  assert.equal(measuredBoundary("alpha", plant, LIMIT), 90);
  assert.equal(swings("alpha", plant.grid[0]!, plant, LIMIT), false);
});

test("drift without noise is no oscillation, and without a lever there is no boundary", () => {
  const plant = plantOf(0.02, []);
  assert.equal(swings("entropy", simulate({ kp: 0, d: -0.01, noise: 0.005 }), plant, LIMIT), false);
  assert.equal(predictedBoundary(0, 0), Number.POSITIVE_INFINITY);
  assert.equal(measuredBoundary("alpha", plant, LIMIT), Number.POSITIVE_INFINITY);
});

test("noise makes alpha swing at the gain that is expected of it, though the loop is stable and entropy is steady", () => {
  const b = 0.005;
  const noise = 0.03;
  const expected = noiseBoundary(plantOf(b, []), LIMIT);
  // Uniform noise of this width, around a line: sd = noise / sqrt(3).
  const free = simulate({ kp: 0, b, noise });
  const plant = {
    ...plantOf(
      b,
      [3, 10, 30, 100].map((kp) => simulate({ kp, b, noise, steps: 90 })),
    ),
    free,
  };
  const noisy = noiseBoundary(plant, LIMIT);
  assert.ok(noisy < expected / 4 && noisy > 10 && noisy < 30, `${noisy}, ${expected}`);
  assert.equal(measuredBoundary("alpha", plant, LIMIT), 10);
  assert.equal(measuredBoundary("entropy", plant, LIMIT), Number.POSITIVE_INFINITY);
});

test("without the entropy-effect gate, an integral or a stable gain the claims about them are not judged", () => {
  const settings = { kiRatios: [0], kp: [1000], entropy: { limit: LIMIT }, gates: { g: {} } } as unknown as GainsSettings;
  const verdicts = gainsVerdicts(settings, { plants: [plantOf(0.02, [simulate({ kp: 1000 })])] });
  const open = verdicts.filter(({ passed }) => passed === undefined).map(({ measured }) => measured);
  assert.deepEqual(open, [
    "these settings have no gate entropy-effect",
    "these settings have no kp from 3 to 30 both with an integral and without",
    "these settings have no gain that theory calls stable",
    "these settings have no gate entropy-effect",
    "these settings have no gate entropy-effect",
  ]);
});
