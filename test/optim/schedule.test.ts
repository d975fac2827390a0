import assert from "node:assert/strict";
import { test } from "node:test";
import { learningRateAt, type Schedule } from "../../src/optim/schedule.ts";

const rates = (options: Partial<Schedule>, steps = 8): number[] =>
  Array.from({ length: steps }, (_, step) =>
    Number(
      learningRateAt({ learningRate: 1, warmupSteps: 0, schedule: "constant", minLearningRate: 0, steps, ...options }, step).toFixed(9),
    ),
  );

test("constant without a warm-up is the learning rate itself, to the bit", () => {
  for (let step = 0; step < 9; step++) {
    assert.equal(
      learningRateAt({ learningRate: 0.0003, warmupSteps: 0, schedule: "constant", minLearningRate: 0.5, steps: 5 }, step),
      0.0003,
    );
  }
});

test("warm-up rises evenly to the full rate, which then falls to its least", () => {
  assert.deepEqual(rates({ warmupSteps: 4 }), [0.25, 0.5, 0.75, 1, 1, 1, 1, 1]);
  assert.deepEqual(rates({ warmupSteps: 4, schedule: "linear" }), [0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25]);
  assert.deepEqual(rates({ schedule: "linear", minLearningRate: 0.5 }, 4), [1, 0.875, 0.75, 0.625]);
  const cosine = rates({ schedule: "cosine", minLearningRate: 0.1 }, 4);
  assert.deepEqual(
    cosine,
    [0, 1, 2, 3].map((step) => Number((0.1 + 0.9 * 0.5 * (1 + Math.cos((Math.PI * step) / 4))).toFixed(9))),
  );
});

test("beyond the last step the rate stays at its least, and a warm-up longer than the run is no error", () => {
  assert.equal(learningRateAt({ learningRate: 1, warmupSteps: 0, schedule: "linear", minLearningRate: 0.2, steps: 4 }, 9), 0.2);
  assert.deepEqual(rates({ warmupSteps: 16, schedule: "cosine" }, 4), [1 / 16, 2 / 16, 3 / 16, 4 / 16]);
});
