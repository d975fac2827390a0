import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { parse } from "yaml";
import { ADVANTAGE_NAMES, advantages } from "../../src/rl/advantages/index.ts";
import {
  applyOverrides,
  checkAgainstModel,
  listOptions,
  nearestWord,
  parseSftConfig,
  parseTrainConfig,
  withKnownRewards,
  withoutEffect,
} from "../../src/rl/config/index.ts";
import { minimal, parseWith, problemsOf } from "./minimal_config.ts";

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

test("what sft needs of a model that is loaded, and of rows that nothing scores, is said in one line each", () => {
  const rows = { data: "x.jsonl", completion: "answer" };
  const linesOf = (more: object): string[] => {
    try {
      const given = { model: "countdown-base", task: rows, sft: { learningRate: 0.001 }, ...more };
      const config = withKnownRewards(parseSftConfig(given), given);
      assert.deepEqual(withKnownRewards(parseSftConfig(config), config), config, "it can be read again");
      return [];
    } catch (error) {
      return (error as Error).message.split("\n");
    }
  };
  assert.deepEqual(linesOf({}), []);
  const ofProgram = parseSftConfig({ model: "countdown-base", task: rows, sft: { learningRate: 0.001 } });
  assert.equal(ofProgram.sft.stopAtPassAt1, 0.31, "a program gives its rewards to warmStart");
  assert.equal(withKnownRewards(ofProgram, {}).sft.stopAtPassAt1, null);
  assert.deepEqual(linesOf({ lora: { rank: 4 } }), []);
  assert.deepEqual(linesOf({ sft: {} }), [
    "sft.learningRate must be given for a model that is loaded, such as 0.00002 for its weights or 0.0002 for low-rank adapters",
  ]);
  assert.deepEqual(linesOf({ model: { model_type: "llama" }, lora: {}, sft: {} }), [
    "lora is for a model that is loaded; leave it out, because adapters of random weights learn little",
  ]);
  const scored = { learningRate: 0.001, stopAtPassAt1: 0.5 };
  assert.deepEqual(linesOf({ sft: scored }), [
    "sft.stopAtPassAt1 is 0.5; it must be null or left out, because without task.rewards no answer is right or wrong",
  ]);
  assert.deepEqual(linesOf({ sft: scored, task: { ...rows, rewards: ["math"] } }), []);
  assert.deepEqual(linesOf({ sft: scored, task: { ...rows, rewards: ["math"], heldOut: 0 } }), [
    "sft.stopAtPassAt1 is 0.5; it must be null or left out, because with task.heldOut 0 there is no row to sample answers for",
  ]);
  assert.deepEqual(linesOf({ sft: scored, task: { ...rows, rewards: ["math"], heldOut: 0, evalSplit: "test" } }), []);
  assert.match(linesOf({ model: { hidden_size: 3 } })[0]!, /^model\.model_type is missing/);
  assert.deepEqual(linesOf({ sft: { ...scored, stopAtPassAt1: null } }), []);
  assert.deepEqual(linesOf({ model: "countdown-base", task: { name: "addition" }, sft: scored }), []);
  assert.match(linesOf({ model: 3 })[0]!, /^model is 3; it must be a mapping in the style of .*; or the path of a checkpoint folder/);
});

test("a section left empty in YAML means its defaults", () => {
  assert.deepEqual(parseTrainConfig({ ...minimal, grpo: null }), parseTrainConfig(minimal));
});

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
  const { clipLow, clipHigh: bound } = parse({ preset: "dapo", loss: "gspo" });
  assert.deepEqual([clipLow, bound], [0.0003, 0.0004], "gspo keeps its own bounds, which are of whole sequences");
  assert.throws(() => parse({ dynamicSampling: 2, advantage: "nsr" }), /grpo\.dynamicSampling is 2; it must be 0 with advantage nsr/);
  assert.throws(
    () => parse({ overlongBuffer: 9, maxNewTokens: 8 }),
    /grpo\.overlongBuffer is 9; it must be at most grpo\.maxNewTokens \(8\)/,
  );
});
