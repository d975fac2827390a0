import assert from "node:assert/strict";
import { test } from "node:test";
import { withEvaluation } from "../../src/cli/run_evaluations.ts";
import { NotFiniteError } from "../../src/gpu/errors.ts";
import type { Metrics } from "../../src/report/metrics.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";
import type { Evaluation } from "../../src/rl/evaluation/evaluate.ts";
import type { Trainer } from "../../src/rl/trainer.ts";

const further = { atTemperatures: [], atEntropies: [], notes: ["no such temperature"] };
const rates = new Map([[1, { mean: 0.5, error: 0.1 }]]);
const evaluation: Evaluation = {
  ...{ passAt1: 0.5, passAtK: 0.5, k: 1, passAt: rates, greedy: undefined, greedyError: undefined, reward: 0.5, entropy: 1, distinct: 1 },
  ...{ further, strata: [], solved: [], entries: [] },
};

/** What a run of some steps logs, and after which steps its trainer was evaluated. */
async function runOf({ every, steps }: { every: number; steps: number }, evaluate: () => Evaluation = () => evaluation) {
  const config = parseTrainConfig({ model: "m", task: { name: "addition" }, grpo: { steps }, eval: { every } });
  const evaluated: number[] = [];
  const said: string[] = [];
  const logged: Metrics[] = [];
  const trainer = {
    step: 0,
    evaluate: async () => {
      evaluated.push(trainer.step);
      return evaluate();
    },
  };
  while (trainer.step < steps) {
    trainer.step += 1;
    const metrics = { step: trainer.step, reward: 1 };
    logged.push(await withEvaluation(trainer as unknown as Trainer, config, metrics, (line) => void said.push(line)));
  }
  return { evaluated, said, logged };
}

const withNumbers = (logged: readonly Metrics[]): number[] => logged.filter((one) => "eval/pass@1" in one).map(({ step }) => step);

test("a policy is evaluated every eval.every steps and after the last, and the metrics of these steps say so", async () => {
  const { evaluated, said, logged } = await runOf({ every: 2, steps: 5 });
  assert.deepEqual(evaluated, [2, 4, 5]);
  assert.deepEqual(withNumbers(logged), [2, 4, 5]);
  assert.deepEqual(
    said,
    [2, 4, 5].map((step) => `evaluation after step ${step}: no such temperature`),
  );
  assert.deepEqual(logged[0], { step: 1, reward: 1 });
  assert.equal(logged[1]!["eval/pass@1"], 0.5);
  assert.equal(logged[1]!.reward, 1);
  assert.deepEqual((await runOf({ every: 2, steps: 4 })).evaluated, [2, 4]);
  assert.deepEqual((await runOf({ every: 1, steps: 3 })).evaluated, [1, 2, 3]);
});

test("with eval.every 0 it is evaluated after the last step alone", async () => {
  const { evaluated, logged } = await runOf({ every: 0, steps: 5 });
  assert.deepEqual(evaluated, [5]);
  assert.deepEqual(withNumbers(logged), [5]);
});

test("an evaluation of numbers that are not finite leaves the step's own metrics; any other error is thrown", async () => {
  const { evaluated, logged, said } = await runOf({ every: 2, steps: 3 }, () => {
    throw new NotFiniteError("logits");
  });
  assert.deepEqual(evaluated, [2, 3]);
  assert.deepEqual(
    logged,
    [1, 2, 3].map((step) => ({ step, reward: 1 })),
  );
  assert.deepEqual(said, []);
  const broken = () => {
    throw new Error("broken");
  };
  await assert.rejects(runOf({ every: 2, steps: 3 }, broken), /broken/);
});
