import type { Command } from "commander";
import { loadModel } from "../node/load_model.ts";
import { openDevice } from "../node/open_device.ts";
import { MOST } from "../options/limits.ts";
import { readYaml } from "../options/yaml.ts";
import { formatTable } from "../report/table.ts";
import { evaluateTask } from "../rl/evaluation/evaluate_task.ts";
import { UsageError } from "./errors.ts";
import { summarize } from "./evaluation_table.ts";
import { addAdapterOption, addExamples, addJsonOption, addLoraOption, addMemoryOption, decimal, integer } from "./options.ts";
import { collectFailures } from "./reward_failures.ts";
import { readSubject } from "./subject.ts";
import { warnOfUniformPolicy } from "./uniform_policy.ts";

interface EvalOptions {
  adapter: string;
  model: string;
  lora?: string;
  task: string;
  prompts?: number;
  completions: number;
  temperature: number;
  maxNewTokens?: number;
  seed: number;
  memory?: number;
  json?: boolean;
}

export function register(command: Command): void {
  command
    .requiredOption("--model <dir>", "folder of a model")
    .option("--task <yaml>", "task and its options", "{ name: countdown, numbers: 3, max: 9 }")
    .option("--prompts <n>", "held-out problems (default: all)", integer({ min: 1 }))
    .option("--completions <n>", "completions of each problem: the k of pass@k", integer({ min: 1, max: MOST.completions }), 8)
    .option("--temperature <t>", "sampling temperature; 0 takes the most probable token", decimal({ min: 0 }), 1)
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
  ]);
}

async function evaluate(options: EvalOptions): Promise<void> {
  const subject = await readSubject(readYaml(options.task, "--task"));
  const held = subject.evalProblems.length;
  checkSampled(Math.min(options.prompts ?? held, held), options.completions);
  const device = await openDevice({ adapter: options.adapter });
  const model = await loadModel(device, options.model, options.lora === undefined ? {} : { adapter: options.lora });
  const { prompts, completions, temperature, maxNewTokens, seed, memory } = options;
  const failures = collectFailures();
  const result = await evaluateTask({
    device,
    model,
    subject,
    completions,
    temperature,
    seed,
    ...(prompts !== undefined && { prompts }),
    ...(maxNewTokens !== undefined && { maxNewTokens }),
    ...(memory !== undefined && { memory }),
    onRewardFailure: failures.add,
  });
  const problems = result.entries.length / completions;
  const summary = { ...summarize(result), k: result.k, distinct: result.distinct, prompts: problems, adapter: device.name };
  process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : `${describe(summary)}\n`);
  for (const line of failures.take()) process.stderr.write(`${line}\n`);
  warnOfUniformPolicy(result.entropy, model.module.vocabSize);
  if (prompts !== undefined && prompts > held) {
    process.stderr.write(`--prompts ${prompts} is more than there are: the task holds out ${held} problems, and all of them were taken\n`);
  }
  for (const part of [model, device]) part.destroy();
}

function checkSampled(prompts: number, completions: number): void {
  if (prompts === 0) throw new UsageError("the task holds out no problems; give it a heldOut above 0");
  if (prompts * completions <= MOST.sampled) return;
  throw new UsageError(
    `${prompts} prompts with ${completions} completions each are more than ${MOST.sampled}; lower --completions or --prompts`,
  );
}

function describe(summary: ReturnType<typeof summarize> & { k: number; distinct: number; prompts: number; adapter: string }): string {
  const rows = [
    ["problems", String(summary.prompts)],
    ["pass@1, sampled", summary.passAt1.toFixed(3)],
    ["pass@1, greedy", summary.greedy?.toFixed(3) ?? "-"],
    [`pass@${summary.k}`, summary.passAtK.toFixed(3)],
    [`distinct right answers of ${summary.k}`, summary.distinct.toFixed(2)],
    ["entropy (nats per token)", summary.entropy.toFixed(3)],
    ["adapter", summary.adapter],
  ];
  return formatTable([{ heading: "measure" }, { heading: "value", align: "right" }], rows);
}
