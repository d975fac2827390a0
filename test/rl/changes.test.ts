import assert from "node:assert/strict";
import { test } from "node:test";
import { controllers } from "../../src/control/index.ts";
import { losses } from "../../src/loss/index.ts";
import { describeOptions } from "../../src/options/schema.ts";
import {
  applyOverrides,
  ConfigError,
  changesInResume,
  listOptions,
  parseTrainConfig,
  recordedChanges,
  withChanges,
} from "../../src/rl/config/index.ts";

const began = parseTrainConfig({
  model: "m",
  task: { name: "countdown", numbers: 3, max: 9 },
  grpo: { steps: 40 },
  output: { dir: "runs/x" },
});
const resume = (...overrides: string[]) => changesInResume(began, parseTrainConfig(applyOverrides(began, overrides)), 20);

test("what would break with the run so far is refused, one line an option", () => {
  const refused = {
    seed: "1",
    model: "other",
    "output.dir": "runs/y",
    task: "{ name: sort }",
    "task.numbers": "4",
    "grpo.prompts": "8",
    "grpo.completions": "2",
    "grpo.maxNewTokens": "9",
    "grpo.temperature": "0.5",
    "grpo.weights": "f16",
    lora: "{ rank: 4 }",
    "grpo.advantage": "rloo",
    "grpo.updatesPerRollout": "2",
    "eval.prompts": "3",
    "eval.completions": "3",
    "entropy.gate": "probability",
    "entropy.anchorSteps": "9",
    "entropy.classes": "[{ name: a, target: 1, from: 0 }, { name: b, target: 1, from: 2 }]",
  };
  for (const [option, value] of Object.entries(refused)) {
    const pattern = new RegExp(`^${option.replace(/^task\..*/, "task")} cannot become .*: this run began with .*; start a new run`);
    assert.throws(
      () => resume(`${option}=${value}`),
      (error: Error) => error instanceof ConfigError && error.problems.length === 1 && pattern.test(error.message),
      option,
    );
  }
  assert.throws(() => resume("entropy.controller=none"), /entropy\.controller cannot become "none": this run began with "pi"/);
  assert.throws(() => resume("grpo.loss=cispo"), /grpo\.loss cannot become "cispo"/);
  assert.throws(
    () => resume("seed=1", "grpo.prompts=8"),
    (error: ConfigError) => error.problems.length === 2,
    "all are named",
  );
  assert.throws(
    () => resume("grpo.steps=19"),
    /^ConfigError: grpo\.steps is 19; it must be at least 20, the steps that this run has done$/,
  );
});

test("the rest may change, and the record says from which step on", () => {
  assert.deepEqual(resume(), []);
  assert.deepEqual(resume("grpo.steps=20"), [{ after: 20, option: "grpo.steps", from: 40, to: 20 }]);
  const allowed = [
    ["grpo.learningRate", "0.001"],
    ["grpo.clipHigh", "0.3"],
    ["grpo.tis", "2"],
    ["entropy.target", "auto"],
    ["entropy.ki", "2"],
    ["eval.every", "5"],
    ["output.keepLast", "3"],
    ["output.checkpointEvery", "5"],
  ];
  for (const [option, value] of allowed)
    assert.deepEqual(
      resume(`${option}=${value}`).map((one) => one.option),
      [option],
    );
});

test("every option of a run says whether it may change; those of losses may", () => {
  const own = [...Object.values(controllers), ...Object.values(losses)].flatMap(({ options }) => describeOptions(options));
  const fixed = [...listOptions("train"), ...own].filter(({ adjustable }) => !adjustable).map(({ path }) => path);
  assert.deepEqual(fixed, [
    ...[
      "model",
      "task.name",
      "seed",
      "grpo.preset",
      "grpo.prompts",
      "grpo.completions",
      "grpo.maxNewTokens",
      "grpo.temperature",
      "grpo.topP",
    ],
    ...[
      "grpo.topK",
      "grpo.updatesPerRollout",
      "grpo.dynamicSampling",
      "grpo.overlongBuffer",
      "grpo.loss",
      "grpo.advantage",
      "grpo.advantageK",
    ],
    ...[
      "grpo.aggregate",
      "grpo.referenceReset",
      "grpo.kl",
      "grpo.weights",
      "entropy.preset",
      "entropy.controller",
      "entropy.gate",
      "entropy.tau",
      "entropy.alphaNorm",
    ],
    ...["rank", "alpha", "targets", "exclude", "rslora", "adapter", "baseStorage"].map((key) => `lora.${key}`),
    ...["eval.prompts", "eval.completions", "output.dir"],
    // Of the controller pi, and of clip, which takes its options.
    ...["anchorSteps", "classes", "classBy", "anchorSteps", "classes", "classBy"],
  ]);
});

test("records add up over several resumes, and a configuration that holds them is read as one without", () => {
  const change = (after: number, from: number, to: number) => ({ after, option: "grpo.steps", from, to });
  assert.deepEqual(withChanges([change(10, 1, 2)], [change(20, 2, 3)], 20), [change(10, 1, 2), change(20, 2, 3)]);
  assert.deepEqual(withChanges([change(20, 1, 2)], [change(20, 2, 3)], 20), [change(20, 1, 3)], "the same step again");
  assert.deepEqual(withChanges([change(20, 1, 2)], [change(20, 2, 1)], 20), [], "there and back");
  assert.deepEqual(withChanges([change(20, 1, 2)], [], 10), [change(10, 1, 2)], "from an earlier checkpoint it holds from there");
  const changes = [change(10, 1, 2)];
  assert.deepEqual(parseTrainConfig({ ...began, changes }), began);
  assert.deepEqual(recordedChanges({ ...began, changes: [...changes, null, { after: "x" }] }), changes);
  assert.throws(() => parseTrainConfig({ ...began, changes: 3 }), /changes is not a known key/);
});
