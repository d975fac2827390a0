import { stringify } from "yaml";
import { stopTexts } from "../../data/stops.ts";
import { isFile, readOptionalText } from "../../io/files.ts";
import { appendMetrics, createRunFolder, readMetrics } from "../../io/run_folder.ts";
import { writeWhole } from "../../io/write_whole.ts";
import type { Metrics } from "../../report/metrics.ts";
import type { TrainConfig } from "../../rl/config/index.ts";
import type { Evaluation } from "../../rl/evaluation/evaluate.ts";
import { evaluateTask, type TaskEvaluationOptions } from "../../rl/evaluation/evaluate_task.ts";
import { evaluationMetrics } from "../../rl/evaluation/evaluation_metrics.ts";
import type { PolicyModel } from "../../rl/model.ts";
import { taskReward } from "../../rl/scoring/rewards.ts";
import { subjectOfTask } from "../../rl/subject.ts";
import { createTrainer } from "../../rl/trainer.ts";
import { createTask } from "../../tasks/index.ts";
import type { Cell, CellResult } from "./cell.ts";
import type { Host } from "./host.ts";
import { type StartOptions, startingModel } from "./start.ts";

export interface CellOptions extends StartOptions {
  readonly onMetrics?: (metrics: Metrics) => void;
}

/** A file beside config.yaml and metrics.jsonl that says how long the cell took. */
const SECONDS = "seconds.txt";
/** A file with what the cell's `observe` kept. It is written before the last line of metrics.jsonl, which says that the cell is complete. */
const OBSERVATIONS = "observations.json";

/** What an earlier session measured in this cell on this adapter; undefined where it has not run, lacks a step, or had other settings. */
export async function completedCell(cell: Cell, config: TrainConfig, { dir, host }: CellOptions): Promise<CellResult | undefined> {
  const folder = `${dir}/${cell.name}`;
  if ((await readOptionalText(`${folder}/config.yaml`)) !== describe(cell, config, host.device.name)) return undefined;
  if (!(await isFile(`${folder}/metrics.jsonl`))) return undefined;
  const metrics = (await readMetrics(folder)) as Metrics[];
  // Every step has a line, and so has the evaluation before the first.
  if (metrics.length !== config.grpo.steps + 1 || metrics.some(({ step }, i) => step !== i)) return undefined;
  const observed = (await readOptionalText(`${folder}/${OBSERVATIONS}`)) ?? "[]";
  const seconds = Number((await readOptionalText(`${folder}/${SECONDS}`)) ?? 0);
  return { config, metrics, observations: JSON.parse(observed) as unknown[], seconds };
}

/**
 * Trains a cell from its start to its last step and writes its run folder: config.yaml, and metrics.jsonl with an evaluation before
 * (step 0), after, and in between where `eval.every` asks for it. Rejects with the signal's reason between two steps.
 */
export async function runCell(cell: Cell, config: TrainConfig, options: CellOptions): Promise<CellResult> {
  const { host, dir, signal } = options;
  const started = performance.now();
  const folder = `${dir}/${cell.name}`;
  const { task } = cell;
  const model = await startingModel(cell, options);
  const trainer = await createTrainer({
    device: host.device,
    model,
    config,
    trainProblems: task.problems("train"),
    evalProblems: task.problems("eval"),
    rewards: cell.rewards ?? [taskReward(task)],
    stop: stopTexts(task.stop),
  });
  const lines: Metrics[] = [];
  const observations: unknown[] = [];
  const record = async (metrics: Metrics): Promise<void> => {
    lines.push(metrics);
    await appendMetrics(folder, metrics);
    options.onMetrics?.(metrics);
  };
  try {
    await createRunFolder(folder, describe(cell, config, host.device.name), { overwrite: true });
    const evaluate = (): Promise<Evaluation> =>
      cell.scoredByTask ? evaluateTask({ ...evaluationOf(config, model, host), subject: subjectOfTask(task) }) : trainer.evaluate();
    const elsewhere = (): Promise<Omit<Metrics, "step">> => evaluateElsewhere(cell, model, config, host);
    await record({ step: 0, ...evaluationMetrics(await evaluate()), ...(await elsewhere()) });
    while (trainer.step < config.grpo.steps) {
      signal?.throwIfAborted();
      const step = await trainer.train();
      if (cell.observe) observations.push(cell.observe(step));
      const evaluated = isDue(trainer.step, config) ? evaluationMetrics(await evaluate()) : {};
      const isLast = trainer.step === config.grpo.steps;
      if (isLast && cell.observe) await writeWhole(`${folder}/${OBSERVATIONS}`, JSON.stringify(observations));
      await record({ ...step.metrics, ...evaluated, ...(isLast ? await elsewhere() : {}) });
    }
  } finally {
    trainer.destroy();
    model.destroy();
  }
  const seconds = (performance.now() - started) / 1000;
  await writeWhole(`${folder}/${SECONDS}`, `${seconds.toFixed(1)}\n`);
  return { config, metrics: lines, observations, seconds };
}

function isDue(step: number, { eval: { every }, grpo }: TrainConfig): boolean {
  return step === grpo.steps || (every > 0 && step % every === 0);
}

function evaluationOf(config: TrainConfig, model: PolicyModel, { device }: Host): Omit<TaskEvaluationOptions, "subject"> {
  const { prompts, completions } = config.eval;
  return { device, model, prompts, completions, temperature: config.grpo.temperature, seed: config.seed };
}

async function evaluateElsewhere(cell: Cell, model: PolicyModel, config: TrainConfig, host: Host): Promise<Omit<Metrics, "step">> {
  const shared = evaluationOf(config, model, host);
  let metrics: Omit<Metrics, "step"> = {};
  for (const [name, task] of Object.entries(cell.elsewhere ?? {})) {
    metrics = { ...metrics, ...evaluationMetrics(await evaluateTask({ ...shared, subject: subjectOfTask(createTask(task)) }), name) };
  }
  return metrics;
}

/** The config.yaml of a cell. Two cells with the same text on the same adapter measure the same numbers. */
function describe({ name, start, elsewhere = {} }: Cell, config: TrainConfig, adapter: string): string {
  const from = start.kind === "folder" ? start.dir : { name: start.name, ...start.config, output: undefined };
  const also = Object.keys(elsewhere).length > 0 ? { elsewhere } : {};
  return stringify({ cell: name, adapter, start: from, ...also, ...config, model: undefined, output: undefined });
}
