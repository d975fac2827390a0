import type { Command } from "commander";
import { loadModel } from "../node/load_model.ts";
import { MOST } from "../options/limits.ts";
import { readYaml } from "../options/yaml.ts";
import { formatTable } from "../report/table.ts";
import type { Evaluation } from "../rl/evaluation/evaluate.ts";
import { evaluateTask } from "../rl/evaluation/evaluate_task.ts";
import { evaluationMetrics } from "../rl/evaluation/evaluation_metrics.ts";
import { UsageError } from "./errors.ts";
import { furtherRows, ownRows, strataRows } from "./evaluation_rows.ts";
import { summarize } from "./evaluation_table.ts";
import { requireReward } from "./nothing_scored.ts";
import { addAdapterOption, addExamples, addJsonOption, addLoraOption, addMemoryOption, decimal, integer, listOf } from "./options.ts";
import { collectFailures } from "./reward_failures.ts";
import { readSubject } from "./subject.ts";
import { warnOfUniformPolicy } from "./uniform_policy.ts";
import { fromUser, openNamedDevice } from "./user_input.ts";

export interface EvalOptions {
  adapter: string;
  model: string;
  lora?: string;
  task: string;
  prompts?: number;
  completions: number;
  temperature: number;
  ks?: number[];
  temperatures?: number[];
  entropies?: number[];
  maxNewTokens?: number;
  seed: number;
  memory?: number;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .requiredOption("--model <dir>", "folder or name of a model")
    .option("--task <yaml>", "task and its options", "{ name: countdown, numbers: 3, max: 9 }")
    .option("--prompts <n>", "held-out problems (default: all)", integer({ min: 1 }))
    .option("--completions <n>", "completions of each problem: the k of pass@k", integer({ min: 1, max: MOST.completions }), 8)
    .option("--temperature <t>", "sampling temperature; 0 takes the most probable token", decimal({ min: 0 }), 1)
    .option("--ks <list>", "further k of pass@k, such as 2,4", listOf(integer({ min: 1, max: MOST.completions })))
    .option("--temperatures <list>", "further temperatures to sample at, such as 0.6,0.3", listOf(decimal({ min: 0.01, max: 100 })))
    .option(
      "--entropies <list>",
      "entropies in nats at whose temperatures to sample, such as 0.2",
      listOf(decimal({ min: 0.0001, max: 20 })),
    )
    .option("--max-new-tokens <n>", "longest completion (default: the task's, or 256 for data)", integer({ min: 1, max: MOST.tokens }))
    .option("--seed <seed>", "seed of the sampling", integer({ min: 0, max: 0xffffffff }), 0)
    .action(evaluate);
  addLoraOption(command);
  addAdapterOption(command);
  addMemoryOption(command);
  addJsonOption(command);
  addExamples(command, [
    [
      "eval --model models/checkpoints/countdown-base",
      "pass@1 (sampled and greedy), pass@8 and entropy on all held-out countdown problems",
    ],
    [
      "eval --model runs/quickstart/checkpoints/step-000060 --temperature 0.6 --json",
      "a trained checkpoint at another temperature, as JSON",
    ],
    [
      "eval --model models/checkpoints/countdown-base --completions 16 --ks 4 --temperatures 0.6,0.3 --entropies 0.2",
      "also pass@4, pass@1 at two other temperatures, and at the one that gives an entropy of 0.2 nats",
    ],
  ]);
}

async function evaluate(options: EvalOptions): Promise<void> {
  const subject = await fromUser(() => readSubject(readYaml(options.task, "--task")));
  const held = subject.evalProblems.length;
  checkSampled(Math.min(options.prompts ?? held, held), options.completions);
  const beyond = options.ks?.find((k) => k > options.completions);
  if (beyond !== undefined) throw new UsageError(`--ks ${beyond} is above --completions ${options.completions}; raise --completions`);
  const device = await openNamedDevice({ adapter: options.adapter });
  const { templateVariables } = subject;
  const wanted = { ...(options.lora !== undefined && { adapter: options.lora }), templateVariables };
  const model = await fromUser(() => loadModel(device, options.model, wanted));
  const failures = collectFailures();
  const result = await evaluateTask({
    ...{ device, model, subject, onRewardFailure: failures.add },
    ...evaluationOptions(options),
  });
  const summary = { ...summaryOf(result), adapter: device.name };
  process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : `${describe(result, device.name)}\n`);
  for (const note of result.further.notes) process.stderr.write(`note: ${note}\n`);
  for (const line of failures.take()) process.stderr.write(`${line}\n`);
  warnOfUniformPolicy(result.entropy, model.module.vocabSize);
  if (options.prompts !== undefined && options.prompts > held) {
    process.stderr.write(
      `--prompts ${options.prompts} is more than there are: the task holds out ${held} problems, and all of them were taken\n`,
    );
  }
  for (const part of [model, device]) part.destroy();
  requireReward(result.reward, failures.first());
}

function checkSampled(prompts: number, completions: number): void {
  if (prompts === 0) throw new UsageError("the task holds out no problems; give it a heldOut above 0");
  if (prompts * completions <= MOST.sampled) return;
  throw new UsageError(
    `${prompts} prompts with ${completions} completions each are more than ${MOST.sampled}; lower --completions or --prompts`,
  );
}

/** The options of the command that an evaluation takes as they are. */
export function evaluationOptions({
  completions,
  temperature,
  seed,
  prompts,
  maxNewTokens,
  memory,
  ks,
  temperatures,
  entropies,
}: EvalOptions) {
  return {
    ...{ completions, temperature, seed },
    ...(prompts !== undefined && { prompts }),
    ...(maxNewTokens !== undefined && { maxNewTokens }),
    ...(memory !== undefined && { memory }),
    ...(ks && { ks }),
    ...(temperatures && { temperatures }),
    ...(entropies && { entropies }),
  };
}

/** The evaluation for scripts: what people see by name, and under `metrics` all of it under the names of metrics.jsonl. */
function summaryOf(result: Evaluation) {
  const { k, distinct, entries } = result;
  return { ...summarize(result), k, distinct, prompts: entries.length / k, metrics: evaluationMetrics(result) };
}

function describe(result: Evaluation, adapter: string): string {
  const { k, distinct, entropy, entries } = result;
  const rows = [
    ["problems", String(entries.length / k)],
    ...ownRows(result),
    [`distinct right answers of ${k}`, distinct.toFixed(2)],
    ["entropy (nats per token)", entropy.toFixed(3)],
    ...furtherRows(result),
    ...strataRows(result),
    ["adapter", adapter],
  ];
  return formatTable([{ heading: "measure" }, { heading: "value ± standard error", align: "right" }], rows);
}
