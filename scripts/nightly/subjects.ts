import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { buildModel } from "../../models/index.ts";
import { decimal, integer } from "../../src/cli/options.ts";
import { tokenizerFromFiles } from "../../src/data/tokenizer.ts";
import { parseSummary } from "../../src/experiments/framework/summary.ts";
import { studies } from "../../src/experiments/index.ts";
import { readTrainingState } from "../../src/io/checkpoint.ts";
import { digestOf } from "../../src/io/digest.ts";
import { parseJsonObject } from "../../src/io/json.ts";
import { planLogRepair } from "../../src/io/log_repair.ts";
import { readMetrics } from "../../src/io/run_folder.ts";
import { parseSafetensors, serializeSafetensors } from "../../src/io/safetensors.ts";
import { serializeState } from "../../src/io/state_file.ts";
import { readYaml } from "../../src/options/yaml.ts";
import type { Random } from "../../src/random.ts";
import { loadRun } from "../../src/report/run.ts";
import { applyOverrides, parseSftConfig, parseTrainConfig } from "../../src/rl/config/index.ts";
import { checkProblems, checkStop } from "../../src/rl/problems.ts";
import { checkRewards, combineRewards, type NamedReward } from "../../src/rl/scoring/rewards.ts";
import { createTask } from "../../src/tasks/index.ts";
import { mutateBytes, mutateData, mutateJson, mutateText, pick } from "./mutate.ts";

/** Something that comes in from outside: how to damage it, and the code that reads it. */
export interface Subject {
  readonly name: string;
  /** Makes a damaged input, and returns how to read it. What is returned is what the program does with such an input. */
  readonly damage: (random: Random) => () => unknown;
}

const ROOT = new URL("../../", import.meta.url);
const MODEL = "models/checkpoints/countdown-base";
const textOf = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");

/** A YAML file, damaged as text or as data, and what reads it. */
function yamlSubject(name: string, paths: readonly string[], read: (value: unknown) => unknown): Subject {
  return {
    name,
    damage: (random) => {
      const text = textOf(pick(random, paths));
      const damaged = random.integer(2) === 0 ? mutateText(random, text) : stringify(mutateData(random, parse(text)));
      return () => read(readYaml(damaged, "input.yaml"));
    },
  };
}

function jsonSubject(name: string, text: string, read: (text: string) => unknown): Subject {
  return {
    name,
    damage: (random) => {
      const damaged = mutateJson(random, text);
      return () => read(damaged);
    },
  };
}

/** A file in a folder beside whole ones. */
function fileSubject(name: string, files: Readonly<Record<string, string | Uint8Array>>, read: (dir: string) => unknown): Subject {
  const dir = mkdtempSync(join(tmpdir(), "entropic-mutations-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
  return {
    name,
    damage: (random) => {
      for (const [file, whole] of Object.entries(files)) writeFileSync(join(dir, file), whole);
      const whole = files[name]!;
      const lines = typeof whole === "string" && name.endsWith(".jsonl");
      const damaged =
        typeof whole !== "string" ? mutateBytes(random, whole) : lines ? mutateText(random, whole) : mutateJson(random, whole);
      writeFileSync(join(dir, name), damaged);
      return () => read(dir);
    },
  };
}

function task(section: { readonly name: string }): void {
  const made = createTask(section);
  // Drawing a million problems takes long, and is what such a section asks for.
  if (made.name === "countdown") made.problems("eval");
}

const train = (value: unknown): void => task(parseTrainConfig(value).task);

const tensors = serializeSafetensors(
  new Map([
    ["a", { dtype: "F32", shape: [2, 3], data: new Float32Array(6).fill(0.5) }],
    ["b", { dtype: "I32", shape: [4], data: new Int32Array([1, 2, 3, 4]) }],
  ]),
);

const METRICS = Array.from({ length: 5 }, (_, i) => `{"step":${i + 1},"loss":0.5,"reward":0.25,"entropy":0.4}\n`).join("");
const STATE = serializeState({
  state: { step: 5, tokens: 100, optimizer: [5, 0], control: { controller: "pi", classes: [], control: [], loops: [] } },
  files: { "optimizer.safetensors": digestOf([tensors]) },
});
/** What belongs to the checkpoint of step 3; nothing is written. */
const planRepair = (dir: string) => planLogRepair({ dir, step: 3, checkpoint: "step-000003", recorded: undefined });
const run = { "metrics.jsonl": METRICS, "diagnostics.jsonl": '{"name":"collapse","step":3}\n', "config.yaml": "entropy: { limit: 0.9 }\n" };

/** A summary without its many findings, so that damage reaches what is checked. */
const smallSummary = JSON.stringify({ ...JSON.parse(textOf("docs/results/toy-control/summary.json")), settings: {}, findings: {} });

/** One value that fast-check makes of a seed. */
function sample<Value>(random: Random, arbitrary: fc.Arbitrary<Value>): Value {
  return fc.sample(arbitrary, { seed: random.integer(2 ** 31), numRuns: 1 })[0]!;
}

const anything = fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withTypedArray: true, withSparseArray: true });
const problem = fc.oneof(anything, fc.record({ prompt: fc.oneof(fc.string(), anything), tag: anything }, { requiredKeys: [] }));

/** All that comes in, read by the code that reads it in the program. None needs a GPU. */
export const subjects: readonly Subject[] = [
  yamlSubject("train's YAML", ["configs/quickstart.yaml", "configs/sort.yaml", "configs/maze.yaml"], train),
  yamlSubject("sft's YAML", ["configs/countdown_sft.yaml", "configs/mixture_sft.yaml"], (value) => task(parseSftConfig(value).task)),
  ...Object.values(studies).map((study) => {
    const path = `configs/experiments/${study.name.replaceAll("-", "_")}.yaml`;
    const shipped = parse(textOf(path)) as unknown;
    return yamlSubject(`the study ${study.name}`, [path], (value) => study.prepare(value, { quick: false, shipped }));
  }),
  {
    name: "--set",
    damage: (random) => {
      const override = mutateText(
        random,
        pick(random, ["grpo.steps=10", "entropy={ controller: aec, target: 0.3 }", "task.max=9", "grpo={ loss: gspo }"]),
      );
      return () => train(applyOverrides(parse(textOf("configs/quickstart.yaml")), [override]));
    },
  },
  jsonSubject("config.json", textOf(`${MODEL}/config.json`), (text) => buildModel(parseJsonObject(text, "config.json"))),
  ...["llama3-scaled--sequence-mean-gated", "gpt2--entropic-small", "qwen3--gated-effect"].map((name) =>
    jsonSubject(`config.json of ${name}`, textOf(`src/testing/cases/${name}/config.json`), (text) =>
      buildModel(parseJsonObject(text, "config.json")),
    ),
  ),
  jsonSubject("tokenizer.json", textOf(`${MODEL}/tokenizer.json`), (text) => {
    const { encode, decode } = tokenizerFromFiles({ "tokenizer.json": text }, "folder");
    decode(encode("1+2").concat(1));
  }),
  jsonSubject("tokenizer_config.json", textOf(`${MODEL}/tokenizer_config.json`), (text) =>
    tokenizerFromFiles({ "tokenizer.json": textOf(`${MODEL}/tokenizer.json`), "tokenizer_config.json": text }, "folder").encode("1+2"),
  ),
  {
    name: "safetensors",
    damage: (random) => {
      const bytes = mutateBytes(random, tensors);
      return () => parseSafetensors(bytes, "model.safetensors");
    },
  },
  {
    name: "a safetensors header",
    damage: (random) => {
      const length = Number(new DataView(tensors.buffer).getBigUint64(0, true));
      const header = Buffer.from(mutateJson(random, new TextDecoder().decode(tensors.subarray(8, 8 + length))));
      const prefix = Buffer.alloc(8);
      prefix.writeBigUInt64LE(BigInt(header.length));
      return () => parseSafetensors(Buffer.concat([prefix, header, tensors.subarray(8 + length)]), "model.safetensors");
    },
  },
  fileSubject("metrics.jsonl", run, async (dir) => [await loadRun(dir), await readMetrics(dir), await planRepair(dir)]),
  fileSubject("diagnostics.jsonl", run, loadRun),
  fileSubject("state.json", { "state.json": STATE, "optimizer.safetensors": tensors }, readTrainingState),
  fileSubject("optimizer.safetensors", { "state.json": STATE, "optimizer.safetensors": tensors }, readTrainingState),
  jsonSubject("summary.json", smallSummary, (text) => parseSummary(text, studies["toy-control"]!, "summary.json")),
  {
    name: "a number on the command line",
    damage: (random) => {
      const text = sample(random, fc.oneof(fc.string(), fc.double().map(String)));
      return () => [integer({ min: 0, max: 9 })(text), decimal()(text)];
    },
  },
  {
    name: "problems",
    damage: (random) => {
      const [problems, stop] = [
        sample(random, fc.oneof(anything, fc.array(problem, { maxLength: 4 }))),
        sample(random, fc.oneof(fc.string(), anything)),
      ];
      return () => {
        checkProblems("problems", problems as never);
        checkStop(stop);
      };
    },
  },
  {
    name: "rewards",
    damage: (random) => {
      const scores = sample(random, fc.oneof(anything, fc.array(fc.oneof(fc.double(), anything), { minLength: 2, maxLength: 2 })));
      const reward = {
        name: "mine",
        reward: () => {
          if (random.integer(4) === 0) throw scores;
          return scores;
        },
        weight: sample(random, fc.double()),
      };
      const input = { prompts: ["1+1=", "2+2="], completions: ["2", "4"], completionIds: [[2], [4]], columns: {}, state: { step: 1 } };
      return () => {
        checkRewards([reward as NamedReward]);
        return combineRewards([reward as NamedReward])(input);
      };
    },
  },
];
