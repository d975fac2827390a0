/**
 * `node --import tsx scripts/nightly/endurance.ts [STEPS]` trains a tiny policy for many optimiser steps (10,000 when left out), each with
 * sampling, and ends with 1 where anything grows: GPU bytes, buffers, bind groups, pipelines, memory mappings, open files, resident memory.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { characterTokenizer } from "../../src/data/tokenizer.ts";
import { createModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { formatTable } from "../../src/report/table.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";
import { taskReward } from "../../src/rl/scoring/rewards.ts";
import { createTrainer } from "../../src/rl/trainer.ts";
import { createTask } from "../../src/tasks/index.ts";

/** How often a quantity is looked at; the first fifth of the looks warms up. */
const LOOKS = 100;

/** What may not grow, and by how much its median over the last fifth may exceed that of the second. */
const ALLOWED = {
  "GPU bytes": 0,
  "buffers created": 0,
  "bind groups": 0,
  pipelines: 0,
  "memory mappings": 32,
  "open files": 0,
  "resident MiB": 16,
} as const;

type Look = Record<keyof typeof ALLOWED, number>;

const steps = Number(process.argv[2] ?? 10_000);
const device = await openDevice();
const task = createTask({ name: "addition", digits: 1 });
const tokenizer = characterTokenizer(task.alphabet);
const model = await createModel(device, {
  config: {
    model_type: "llama",
    vocab_size: tokenizer.vocabSize,
    hidden_size: 16,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 24,
    max_position_embeddings: 16,
    tie_word_embeddings: true,
  },
  tokenizer,
  seed: 1,
});
const trainer = await createTrainer({
  device,
  model,
  config: parseTrainConfig({
    model: "tiny",
    task: { name: "addition", digits: 1 },
    grpo: { steps, prompts: 4, completions: 2, maxNewTokens: 3 },
    entropy: { target: 1 },
    eval: { prompts: 2, completions: 2 },
  }),
  trainProblems: task.problems("train"),
  evalProblems: task.problems("eval"),
  rewards: [taskReward(task)],
  stop: [task.stop],
});

// What waits for the garbage collector is no leak, so every look comes behind a collection.
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const looks: Look[] = [];
const every = Math.max(1, Math.floor(steps / LOOKS));
for (let step = 1; step <= steps; step += 1) {
  await trainer.train();
  if (step % every !== 0) continue;
  collect();
  await new Promise((resolve) => setTimeout(resolve, 5));
  looks.push(look());
}
trainer.destroy();
process.exitCode = report(looks) ? 0 : 1;

function look(): Look {
  const { bytesAllocated, buffers, bindGroups, pipelines } = device.stats;
  return {
    "GPU bytes": bytesAllocated,
    "buffers created": buffers,
    "bind groups": bindGroups,
    pipelines,
    "memory mappings": linesOf("/proc/self/maps"),
    "open files": filesIn("/proc/self/fd"),
    "resident MiB": Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

/** Lines of a file of Linux; 0 on other systems. */
function linesOf(path: string): number {
  try {
    return readFileSync(path, "utf8").split("\n").length - 1;
  } catch {
    return 0;
  }
}

function filesIn(path: string): number {
  try {
    return readdirSync(path).length;
  } catch {
    return 0;
  }
}

/** Prints a table and says whether everything stayed. */
function report(taken: readonly Look[]): boolean {
  const fifth = Math.floor(taken.length / 5);
  const rows = (Object.keys(ALLOWED) as (keyof Look)[]).map((name) => {
    const values = taken.map((each) => each[name]);
    const [before, after] = [median(values.slice(fifth, 2 * fifth)), median(values.slice(-fifth))];
    return { name, before, after, grew: after - before > ALLOWED[name] };
  });
  const cells = rows.map(({ name, before, after, grew }) => [name, String(before), String(after), grew ? "GREW" : "flat"]);
  const headings = ["quantity", "second fifth", "last fifth", "verdict"].map((heading) => ({ heading }));
  process.stdout.write(`${steps} steps on ${device.name}\n${formatTable(headings, cells)}\n`);
  return rows.every(({ grew }) => !grew);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
