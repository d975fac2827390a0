import type { Command } from "commander";
import { stringify } from "yaml";
import { characterTokenizer } from "../data/tokenizer.ts";
import { appendMetrics, checkpointDir, createRunFolder } from "../io/run_folder.ts";
import { sweepRunFolder } from "../io/sweep.ts";
import { createModel, outlineNew, saveModel } from "../node/load_model.ts";
import { openDevice } from "../node/open_device.ts";
import { applyOverrides, parseSftConfig } from "../rl/config/index.ts";
import { evaluationMetrics } from "../rl/evaluation/evaluation_metrics.ts";
import { planWarmStart, type WarmStartStep, warmStart } from "../rl/sft.ts";
import { showPlan } from "./memory_table.ts";
import { addAdapterOption, addExamples, addSetOption, readConfigFile } from "./options.ts";
import { afterSkips } from "./skipped_stop.ts";
import { addWatchOptions, checkWatch, createStepWatch, type WatchOptions, watchSteps } from "./step_watch.ts";
import { readTask } from "./task.ts";

interface SftOptions extends WatchOptions {
  adapter: string;
  set: string[];
  overwrite?: boolean;
  plan?: boolean;
}

export function register(command: Command): void {
  command
    .argument("<config>", "YAML file with the keys model, task, seed, sft, eval, output, or a shipped one by name: sort_sft")
    .option("--overwrite", "replace a run that output.dir already holds")
    .option("--plan", "only show how much GPU memory the run needs; train nothing and write nothing")
    .action(sft);
  addAdapterOption(command);
  addSetOption(command);
  addWatchOptions(command);
  addExamples(command, [
    ["sft configs/countdown_sft.yaml", "trains a small model on countdown's own solutions until it is right 31 % of the time"],
    ["sft configs/sort_sft.yaml --set seed=1 --set output.dir=runs/sort-1", "warm-starts another policy for sorting, from another seed"],
  ]);
}

async function sft(path: string, options: SftOptions): Promise<void> {
  const { value, name } = await readConfigFile(path);
  const config = parseSftConfig(applyOverrides(value, options.set), name);
  const task = readTask(config.task);
  const tokenizer = characterTokenizer(task.alphabet);
  checkWatch(options, config.sft.steps, "sft.steps");
  const device = await openDevice({ adapter: options.adapter, timestamps: options.profile !== undefined });
  const wanted = {
    config: { vocab_size: tokenizer.vocabSize, ...config.model },
    tokenizer,
    seed: config.seed,
    generation: { eos_token_id: tokenizer.encode(task.stop)[0] },
  };
  const fit = await planWarmStart({ device, model: outlineNew(device, wanted), task, config });
  if (options.plan) return showPlan({ device, fit }, config.memory);
  const model = await createModel(device, wanted);
  const { dir } = config.output;
  await createRunFolder(dir, stringify(config), { overwrite: options.overwrite ?? false });
  await sweepRunFolder(dir);
  process.stdout.write(`${dir} on ${device.name}, ${model.placed.parameterCount.toLocaleString("en-US")} parameters\n`);
  const started = performance.now();
  let last: WarmStartStep | undefined;
  const watch = await createStepWatch(options, { device, dir });
  const show = (text: string): void => void process.stdout.write(`${text}\n`);
  const save = async (step: number): Promise<string> => {
    await saveModel(checkpointDir(dir, step), model);
    return checkpointDir(dir, step);
  };
  try {
    for await (const step of watchSteps(warmStart({ device, model, task, config }), watch, show)) {
      await record(dir, step);
      if (step.skipped > (last?.skipped ?? 0)) show(`warning: step ${step.step} changed nothing, because its numbers are not finite`);
      last = step;
      const { checkpointEvery } = config.output;
      if (checkpointEvery > 0 && step.step % checkpointEvery === 0) await save(step.step);
      if (step.evaluation) show(progressLine(step, config.sft.steps, performance.now() - started));
    }
  } catch (error) {
    throw await afterSkips(error, "lower sft.learningRate", async (step: WarmStartStep) => {
      await record(dir, step);
      return save(step.step);
    });
  }
  const checkpoint = await save(last?.step ?? 0);
  process.stdout.write(`checkpoint: ${checkpoint}\n`);
  model.destroy();
  device.destroy();
}

async function record(dir: string, { step, loss, gradNorm, learningRate, skipped, evaluation }: WarmStartStep): Promise<void> {
  const evaluated = evaluation ? evaluationMetrics(evaluation) : {};
  await appendMetrics(dir, { step, loss, grad_norm: gradNorm, learning_rate: learningRate, skipped_steps: skipped, ...evaluated });
}

function progressLine({ step, loss, evaluation }: WarmStartStep, steps: number, elapsed: number): string {
  const { passAt1 = 0, passAtK = 0, k = 0, entropy = 0 } = evaluation ?? {};
  const left = ((elapsed / step) * (steps - step)) / 1000;
  const measured = `pass@1 ${passAt1.toFixed(3)}   pass@${k} ${passAtK.toFixed(3)}   entropy ${entropy.toFixed(3)}`;
  return `step ${step}/${steps}   loss ${loss.toFixed(4)}   ${measured}   at most ${left.toFixed(0)} s left`;
}
