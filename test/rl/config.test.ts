import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { parse } from "yaml";
import { losses } from "../../src/loss/index.ts";
import { ADVANTAGE_NAMES, advantages } from "../../src/rl/advantages/index.ts";
import {
  applyOverrides,
  ConfigError,
  checkAgainstModel,
  listOptions,
  nearestWord,
  parseSftConfig,
  parseTrainConfig,
  withoutEffect,
} from "../../src/rl/config/index.ts";

const minimal = { model: "models/checkpoints/countdown-base", task: { name: "countdown", numbers: 3, max: 9 } };

function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.message, error.problems.join("\n"));
    for (const problem of error.problems) assert.ok(!problem.includes("\n"), problem);
    return error.problems;
  }
  return [];
}

const parseWith = (...overrides: string[]) => parseTrainConfig(applyOverrides(minimal, overrides));

test("defaults are those of the shipped quickstart, key for key", async () => {
  const written: unknown = parse(await readFile("configs/quickstart.yaml", "utf8"));
  assert.deepEqual(parseTrainConfig(minimal, "quickstart"), written);
  assert.deepEqual(parseTrainConfig(written), written, "a parsed configuration parses to itself");
});

test("quickstart.yaml has a comment for every key", async () => {
  const lines = (await readFile("configs/quickstart.yaml", "utf8")).split("\n");
  for (const line of lines.filter((text) => /^ *\w+: \S/.test(text))) assert.match(line, /# \w/, line);
});

test("the section lora is there where it is written, with its own defaults, and an empty one is refused", () => {
  assert.equal(parseTrainConfig(minimal).lora, undefined);
  const { lora } = parseWith("lora={}");
  const defaults = { rank: 16, alpha: 32, targets: "all-linear", exclude: [], rslora: false, adapter: null, baseStorage: "auto" };
  assert.deepEqual(lora, defaults);
  assert.deepEqual(parseWith("lora.rank=4", "lora.targets=[q_proj]").lora, { ...defaults, rank: 4, targets: ["q_proj"] });
  const problems = (...overrides: string[]) => problemsOf(() => parseWith(...overrides));
  assert.match(problems("lora=null")[0]!, /^lora is null; it must be a mapping with the keys rank, alpha/);
  for (const wrong of ["rank=0", "rank=1.5", "alpha=0", "targets=[]", "targets=3", "rslora=1", "adapter=3", "baseStorage=f64", "ranks=3"]) {
    assert.match(problems(`lora.${wrong}`)[0]!, new RegExp(`^lora\\.${wrong.split("=")[0]} is `), wrong);
  }
});

test("the presets of long runs set a schedule, and keys written out win over it", () => {
  const entropyOf = (entropy: object) => parseTrainConfig({ ...minimal, entropy }).entropy;
  const { target, ki, release, mode } = entropyOf({ preset: "hold-then-release", release: 0.7 });
  assert.deepEqual({ target, ki, release, mode }, { target: "auto", ki: 0.3, release: 0.7, mode: null });
  const floor = entropyOf({ preset: "floor" });
  assert.deepEqual([floor.target, floor.rho, floor.mode, floor.release], ["group", 0.7, "floor", 0.8]);
});

test("the paper's preset fills in, and keys written out win over it", () => {
  const { entropy } = parseTrainConfig({ ...minimal, entropy: { preset: "paper", tau: 0.5 } });
  assert.deepEqual(
    { kp: entropy.kp, ki: entropy.ki, gate: entropy.gate, tau: entropy.tau, target: entropy.target, limit: entropy.limit },
    { kp: 1, ki: 0.01, gate: "probability", tau: 0.5, target: 0.1, limit: 0.9 },
  );
  assert.deepEqual(parseTrainConfig({ ...minimal, entropy }).entropy, entropy);
});

test("gspo brings its own clip, which keys written out win over", () => {
  const clip = (...overrides: string[]) => {
    const { clipLow, clipHigh } = parseWith(...overrides).grpo;
    return [clipLow, clipHigh];
  };
  assert.deepEqual(clip("grpo.loss=gspo"), [3e-4, 4e-4]);
  assert.deepEqual(clip("grpo.loss=gspo", "grpo.clipHigh=0.01"), [3e-4, 0.01]);
  assert.deepEqual(clip("grpo.loss=cispo"), [undefined, undefined], "what a loss does not have has no default");
  const config = parseWith("grpo.loss=gspo");
  assert.deepEqual(parseTrainConfig(config), config, "a parsed configuration parses to itself");
});

test("task options and inline models pass through; output.dir follows the run's name", () => {
  assert.deepEqual(parseTrainConfig(minimal, "mine").task, minimal.task);
  assert.equal(parseTrainConfig(minimal, "mine").output.dir, "runs/mine");
  const sft = parseSftConfig({ ...minimal, model: { model_type: "llama", hidden_size: 64 } }, "base");
  assert.deepEqual(sft.model, { model_type: "llama", hidden_size: 64 });
  assert.equal(sft.sft.stopAtPassAt1, 0.31);
  assert.equal(sft.output.dir, "runs/base");
});

test("a section left empty in YAML means its defaults", () => {
  assert.deepEqual(parseTrainConfig({ ...minimal, grpo: null }), parseTrainConfig(minimal));
});

/** One override and the line it must be answered with. */
const POINTS = "points [share of the run, nats] with rising shares from 0 to 1, such as [[0, 0.6], [1, 0.2]]";
const BAND = "two numbers from 0 to 1000000000, the smaller first, such as [0.5, 2], or null (off)";

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

test("options of another controller or loss may stand there, in their range, and have no effect", () => {
  const config = parseWith("entropy.controller=none", "entropy.target=0.3", "entropy.kp=3", "grpo.loss=cispo", "grpo.delta=2");
  const { grpo, entropy } = config;
  assert.deepEqual([entropy.target, entropy.kp, entropy.ki, grpo.delta, grpo.clipLow], [0.3, 3, undefined, 2, undefined]);
  assert.deepEqual(withoutEffect(config), [
    "without effect with loss cispo: grpo.delta",
    "without effect with controller none: entropy.target, entropy.kp",
  ]);
  assert.deepEqual(withoutEffect(parseTrainConfig(minimal)), []);
  assert.match(problemsOf(() => parseWith("entropy.controller=none", "entropy.kp=-1"))[0]!, /^entropy.kp is -1/);
});

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

test("legal edges are accepted", () => {
  for (const override of ["entropy.target=0", "grpo.clipLow=1", "grpo.topP=1", "grpo.dualClip=3", "eval.every=0", "grpo.beta=0.1"])
    parseWith(override);
  for (const name of ADVANTAGE_NAMES) {
    const problems = problemsOf(() => parseWith("grpo.completions=1", `grpo.advantage=${name}`));
    assert.equal(problems.length, advantages[name].comparesWithinGroups ? 1 : 0, name);
  }
  parseWith("grpo.advantage=pass@k", "grpo.advantageK=7");
  assert.deepEqual(
    problemsOf(() => parseWith("grpo.advantage=pass@k", "grpo.advantageK=8")),
    ["grpo.completions is 8; it must be at least 9 with advantage pass@k, which compares the completions of a prompt"],
  );
  // A longer sequence takes a pass of its own.
  for (const rows of [1, 8, 9]) assert.equal(parseWith(`grpo.microBatchRows=${rows}`, "grpo.maxNewTokens=8").grpo.microBatchRows, rows);
  parseWith("entropy.controller=fixed", "entropy.alpha=-0.9");
  assert.equal(problemsOf(() => parseWith("entropy.controller=fixed", "entropy.alpha=-1.05")).length, 1);
});

test("overrides leave the given configuration alone and make missing sections", () => {
  const given = structuredClone(minimal);
  assert.deepEqual(applyOverrides(given, ["a.b.c=[1, 2]", "task.max=12"]), {
    ...minimal,
    task: { ...minimal.task, max: 12 },
    a: { b: { c: [1, 2] } },
  });
  assert.deepEqual(given, minimal);
  assert.deepEqual(applyOverrides(undefined, ["grpo.learningRate=1e-4"]), { grpo: { learningRate: 1e-4 } });
  applyOverrides({}, ["constructor.prototype.polluted=1"]);
  assert.equal("polluted" in {}, false);
  assert.equal(problemsOf(() => applyOverrides({}, ["__proto__.polluted=1"])).length, 1);
});

test("the entropy target may not exceed ln V, nor completions the context", () => {
  const model = { vocabSize: 16, contextLength: 32 };
  checkAgainstModel(parseWith("entropy.target=2.77"), model);
  checkAgainstModel(parseWith("entropy.target=3", "entropy.controller=none"), model);
  assert.deepEqual(
    problemsOf(() => checkAgainstModel(parseWith("entropy.target=2.78", "grpo.maxNewTokens=32"), model)),
    [
      "entropy.target is 2.78; it must be at most ln 16 = 2.7726, the entropy of a uniform choice among this model's tokens",
      "grpo.maxNewTokens is 32; it must be below 32, this model's context, which also holds the prompt",
    ],
  );
});

test("every option says in one sentence what it does", () => {
  for (const command of ["train", "sft"] as const) {
    const options = listOptions(command);
    assert.ok(options.length >= 15, `${options.length} options`);
    for (const { path, description } of options) assert.match(description, /^.{15,}\.$/, path);
  }
});

test("the nearest word ignores capitals and counts a swap as one edit, and an unlike word has none", () => {
  assert.equal(nearestWord("LEARNINGRATE", ["steps", "learningRate"]), "learningRate");
  assert.equal(nearestWord("setps", ["steps", "beta"]), "steps");
  assert.equal(nearestWord("zzzz", ["steps", "beta"]), undefined);
});

test("classes of tokens: by position from 0 and rising, by a column without positions", () => {
  const head = { name: "head", target: 0.5, from: 0 };
  const tail = { name: "tail", target: "auto", from: 3 };
  const parse = (entropy: object) => problemsOf(() => parseTrainConfig({ ...minimal, entropy }));
  assert.deepEqual(parse({ classes: [head, tail] }), []);
  assert.deepEqual(parse({ classes: [tail, head] }), [
    "entropy.classes is [3,0]; it must be a list whose from starts at 0 and rises, because classBy is position",
  ]);
  assert.deepEqual(parse({ classes: [head, tail], classBy: "level" }), [
    "entropy.classes is [0,3]; it must be a list without from, because classBy is level and not position",
  ]);
  assert.deepEqual(parse({ classes: [head, { ...tail, name: "head" }] }), [
    'entropy.classes is ["head","head"]; it must be a list of different names',
  ]);
  const config = parseTrainConfig({ ...minimal, entropy: { classes: [{ ...head, target: 9 }, tail] } });
  assert.match(
    problemsOf(() => checkAgainstModel(config, { vocabSize: 16, contextLength: 32 }))[0]!,
    /^entropy.classes.0.target is 9; it must be at most ln 16 = 2.7726/,
  );
});

test("aec holds Skywork's target unless another is written out", () => {
  assert.equal(parseTrainConfig({ ...minimal, entropy: { controller: "aec" } }).entropy.target, 0.2);
  assert.equal(parseTrainConfig({ ...minimal, entropy: { controller: "aec", target: 0.5 } }).entropy.target, 0.5);
});

test("the preset dapo fills in what is not written out, and dynamic sampling needs groups that compare", () => {
  const parse = (grpo: object) => parseTrainConfig({ ...minimal, grpo }).grpo;
  const { clipHigh, dynamicSampling, overlongBuffer, aggregate } = parse({ preset: "dapo", maxNewTokens: 20 });
  assert.deepEqual(
    { clipHigh, dynamicSampling, overlongBuffer, aggregate },
    { clipHigh: 0.28, dynamicSampling: 3, overlongBuffer: 4, aggregate: "token-mean" },
  );
  assert.equal(parse({ preset: "dapo", clipHigh: 0.3 }).clipHigh, 0.3);
  assert.throws(() => parse({ dynamicSampling: 2, advantage: "nsr" }), /grpo\.dynamicSampling is 2; it must be 0 with advantage nsr/);
  assert.throws(
    () => parse({ overlongBuffer: 9, maxNewTokens: 8 }),
    /grpo\.overlongBuffer is 9; it must be at most grpo\.maxNewTokens \(8\)/,
  );
});
