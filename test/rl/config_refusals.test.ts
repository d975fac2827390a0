import assert from "node:assert/strict";
import { test } from "node:test";
import { losses } from "../../src/loss/index.ts";
import { ADVANTAGE_NAMES } from "../../src/rl/advantages/index.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";
import { parseWith, problemsOf } from "./minimal_config.ts";

const POINTS = "points [share of the run, nats] with rising shares from 0 to 1, such as [[0, 0.6], [1, 0.2]]";
const BAND = "two numbers from 0 to 1000000000, the smaller first, such as [0.5, 2], or null (off)";

/** One override and the line it must be answered with. */
const refused: readonly [string, string][] = [
  ["grpo.clipLow=1.5", "grpo.clipLow is 1.5; it must be a number from 0 to 1"],
  ["grpo.temperature=-1", "grpo.temperature is -1; it must be a number from 0.01 to 100"],
  ["grpo.temperature=hot", 'grpo.temperature is "hot"; it must be a number from 0.01 to 100'],
  ["grpo.topP=0", "grpo.topP is 0; it must be a number from 0.001 to 1"],
  ["grpo.topP=1.01", "grpo.topP is 1.01; it must be a number from 0.001 to 1"],
  ["grpo.steps=1.5", "grpo.steps is 1.5; it must be a whole number from 1 to 10000000"],
  ["grpo.steps=0", "grpo.steps is 0; it must be a whole number from 1 to 10000000"],
  ["grpo.learningRate=.nan", "grpo.learningRate is NaN; it must be a number from 0 to 1"],
  ["grpo.learningRate=.inf", "grpo.learningRate is Infinity; it must be a number from 0 to 1"],
  ["grpo.dualClip=0.5", "grpo.dualClip is 0.5; it must be a number above 1 and at most 1000000000, or null (no dual clip)"],
  ["grpo.advantage=gae", `grpo.advantage is "gae"; it must be one of ${ADVANTAGE_NAMES.join(", ")}`],
  [
    "grpo.advantage=reinforce+",
    `grpo.advantage is "reinforce+"; it must be one of ${ADVANTAGE_NAMES.join(", ")}; did you mean reinforce++?`,
  ],
  ["grpo.advantage=drgrpo", `grpo.advantage is "drgrpo"; it must be one of ${ADVANTAGE_NAMES.join(", ")}; did you mean dr-grpo?`],
  ["grpo.loss=gpso", `grpo.loss is "gpso"; it must be one of ${Object.keys(losses).join(", ")}; did you mean gspo?`],
  ["grpo={ loss: two-sided, delta: 1.1 }", "grpo.delta is 1.1; it must be above 1 + clipHigh (1.2)"],
  ["grpo={ loss: clip-cov, covLow: 5 }", "grpo.covHigh is 5; it must be above grpo.covLow (5)"],
  ["grpo.covFraction=0", "grpo.covFraction is 0; it must be a number from 1e-8 to 1"],
  ["grpo.covCoef=-1", "grpo.covCoef is -1; it must be a number from 0 to 1000"],
  ["grpo.delta=1", "grpo.delta is 1; it must be a number above 1 and at most 1000000000"],
  ["grpo.cispoBound=0", "grpo.cispoBound is 0; it must be a number from 1e-8 to 1000000000"],
  ["grpo.sapoPositive=0", "grpo.sapoPositive is 0; it must be a number from 1e-9 to 1000"],
  ["grpo.sapoNegative=-1", "grpo.sapoNegative is -1; it must be a number from 1e-9 to 1000"],
  ["grpo.tis=0", "grpo.tis is 0; it must be a number from 0.000001 to 1000000000, or null (off)"],
  ["grpo.icepop=[2, 0.5]", `grpo.icepop is [2,0.5]; it must be ${BAND}`],
  ["grpo.mis=[1]", `grpo.mis is [1]; it must be ${BAND}`],
  ["grpo.mis=2", `grpo.mis is 2; it must be ${BAND}`],
  [
    "grpo={ tis: 2, icepop: [0.5, 2] }",
    "grpo.icepop is [0.5,2]; it must be null beside grpo.tis (2), because tokens are weighed in one way only",
  ],
  [
    "grpo={ mis: [0.5, 2], icepop: [0.5, 2] }",
    "grpo.mis is [0.5,2]; it must be null beside grpo.icepop ([0.5,2]), because tokens are weighed in one way only",
  ],
  [
    "grpo={ loss: gspo, icepop: [0.5, 2] }",
    "grpo.icepop is [0.5,2]; it must be null with loss gspo, which has one weight for a sequence; grpo.mis masks whole sequences",
  ],
  ["grpo.tokenShare=0", "grpo.tokenShare is 0; it must be a number above 0 and at most 1"],
  ["grpo={ loss: gspo, tokenShare: 0.2 }", "grpo.tokenShare is 0.2; it must be 1 with loss gspo, whose ratio is that of a whole sequence"],
  ["grpo={ loss: dppo, dppoDivergence: js }", 'grpo.dppoDivergence is "js"; it must be one of tv, kl'],
  ["grpo.kl=k4", 'grpo.kl is "k4"; it must be one of k1, k2, k3; did you mean k1?'],
  ["grpo.advantageK=0", "grpo.advantageK is 0; it must be a whole number from 1 to 4096"],
  ["grpo.advantageLambda=-1", "grpo.advantageLambda is -1; it must be a number from 0 to 1000"],
  ["grpo.completions=1", "grpo.completions is 1; it must be at least 2 with advantage grpo, which compares the completions of a prompt"],
  ["entropy.target=-0.1", `entropy.target is -0.1; it must be a number from 0 to 100, or auto, spread, right, gap, group, or ${POINTS}`],
  ["entropy.target=low", `entropy.target is "low"; it must be a number from 0 to 100, or auto, spread, right, gap, group, or ${POINTS}`],
  ["entropy.gains=on", 'entropy.gains is "on"; it must be one of fixed, auto'],
  ["entropy.lambda=2", "entropy.lambda is 2; it must be a number of at least 0.001 and below 2"],
  ["entropy.anchorSteps=0", "entropy.anchorSteps is 0; it must be a whole number from 1 to 1000000"],
  ["entropy.maxCoefficient=0", "entropy.maxCoefficient is 0; it must be a number from 1e-9 to 10"],
  ["entropy={ controller: aec, target: auto }", 'entropy.target is "auto"; it must be a number from 0 to 100'],
  ["entropy={ controller: entrocraft, low: 0.5 }", "entropy.high is 0.4; it must be at least entropy.low (0.5)"],
  ["entropy.classes=3", "entropy.classes is 3; it must be a list of mappings with name and target, and with classBy position also from"],
  ["entropy.classes=[{ name: a, target: 1, from: 0 }]", 'entropy.classes is ["a"]; it must be empty, or a list of 2 to 64 classes'],
  ["entropy.classes=[{ name: a }]", `entropy.classes.0.target is missing; it must be a number from 0 to 100, or auto, or ${POINTS}`],
  ["entropy.classes=[{ name: a, target: 1, form: 1 }]", "entropy.classes.0.form is not a known key; did you mean from?"],
  ["entropy.kp=-10", "entropy.kp is -10; it must be a number from 0 to 10000"],
  ["entropy.limit=1.5", "entropy.limit is 1.5; it must be a number from 0.001 to 1"],
  ["entropy.antiWindup=1", "entropy.antiWindup is 1; it must be true or false"],
  [
    "entropy.controller=clip",
    "grpo.updatesPerRollout is 1; it must be at least 2 with entropy.controller clip: on the first update of a rollout no bound holds",
  ],
  [
    "grpo={ loss: gspo, cacheStorage: f16 }",
    'grpo.cacheStorage is "f16"; it must be f32 with loss gspo, which takes the rounding of a cache in f16 for a change of the policy; or set grpo.tis, such as to 2',
  ],
  [
    "grpo={ loss: kl-cov, cacheStorage: f16 }",
    'grpo.cacheStorage is "f16"; it must be f32 with loss kl-cov, which takes the rounding of a cache in f16 for a change of the policy; or set grpo.tis, such as to 2',
  ],
  [
    "grpo={ replay: 300, completions: 16, maxNewTokens: 4096 }",
    "grpo.replay is 300; it must be at most 282 with completions 16 and maxNewTokens 4096, so that a checkpoint can hold the groups",
  ],
  ["grpo.referenceReset=5", "grpo.referenceReset is 5; it must be 0 with beta 0, which measures against no reference"],
  ["grpo.gepoHigh=0.1", "grpo.gepoHigh is 0.1; it must be at least grpo.gepoLow (0.3)"],
  [
    "entropy.preset=papr",
    'entropy.preset is "papr"; it must be one of paper, hold-then-release, floor, or null (no preset); did you mean paper?',
  ],
  ["grpo.prompts=10000000", "grpo.prompts is 10000000; it must be a whole number from 1 to 65536"],
  ["grpo.updatesPerRollout=1e15", "grpo.updatesPerRollout is 1000000000000000; it must be a whole number from 1 to 1000"],
  ["eval.completions=1e9", "eval.completions is 1000000000; it must be a whole number from 1 to 4096"],
  [
    "eval={ prompts: 65536, completions: 4096 }",
    "eval.completions is 4096; it must be at most 16 with 65536 prompts, so that 1048576 are sampled at a time",
  ],
  ["grpo.num_generations=8", "grpo.num_generations is not a known key; what TRL calls num_generations is grpo.completions"],
  ["maxCompletionLength=8", "maxCompletionLength is not a known key; what TRL calls max_completion_length is grpo.maxNewTokens"],
  ["steps=8", "steps is not a known key; did you mean grpo.steps?"],
  ["grpo.loss=ppo", `grpo.loss is "ppo"; it must be one of ${Object.keys(losses).join(", ")}; did you mean ppo-clip?`],
  ["grpo.loss=constructor", `grpo.loss is "constructor"; it must be one of ${Object.keys(losses).join(", ")}`],
  ["seed=-1", "seed is -1; it must be a whole number from 0 to 4294967295"],
  ["grpo.learningrate=1", "grpo.learningrate is not a known key; did you mean learningRate?"],
  ["entorpy={}", "entorpy is not a known key; did you mean entropy?"],
  ["eval.wibble=3", "eval.wibble is not a known key; eval has the keys every, prompts, completions, ks, temperatures, entropies"],
  ["eval=3", "eval is 3; it must be a mapping with the keys every, prompts, completions, ks, temperatures, entropies"],
  ["model=[1, 2]", "model is [1,2]; it must be the path of a checkpoint folder, or the name of a model"],
  ["grpo.steps", 'the override "grpo.steps" must have the form key=value, such as grpo.steps=10'],
  ["model.x=1", "the override model.x=1 goes through model, which is a value and no section"],
  ["grpo.steps=[1", "the override grpo.steps=[1 has a value that is not YAML; quote it or mend its brackets"],
];
for (const [override, line] of refused) {
  test(`refuses ${override}`, () =>
    assert.deepEqual(
      problemsOf(() => parseWith(override)),
      [line],
    ));
}

test("every problem has its own line", () => {
  assert.deepEqual(
    problemsOf(() => parseTrainConfig({ model: "x", grpo: { steps: "a" }, gpro: {} })),
    [
      "task is missing; it must be a mapping with the key name and the task's own options, such as { name: countdown, numbers: 3, max: 9 }",
      'grpo.steps is "a"; it must be a whole number from 1 to 10000000',
      "gpro is not a known key; did you mean grpo?",
    ],
  );
  assert.match(problemsOf(() => parseTrainConfig(null))[0] ?? "", /^the configuration is null; it must be a mapping/);
});
