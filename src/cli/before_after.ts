import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { type Controller, createController } from "../control/index.ts";
import { rememberPictures } from "../io/remove_run.ts";
import { readEvaluationFile, writeEvaluationFile } from "../io/run_folder.ts";
import { colors } from "../report/colors.ts";
import { plotRuns } from "../report/plots.ts";
import { loadRun } from "../report/run.ts";
import { formatTable } from "../report/table.ts";
import { type OptionChange, type TrainConfig, withoutEffect } from "../rl/config/index.ts";
import type { Evaluation } from "../rl/evaluation/evaluate.ts";
import { counted, errorShown, furtherRows, ownRows, problemsOf, solvedRows, strataRows } from "./evaluation_rows.ts";
import { type EvaluationRow, type EvaluationSummary, evaluationTable, summarize } from "./evaluation_table.ts";
import { type InterruptWatch, watchInterrupt } from "./interrupt.ts";
import { requireScores } from "./nothing_scored.ts";
import { writePictures } from "./pictures.ts";
import { describeChanges } from "./run_config.ts";
import { findingsSummary } from "./run_diagnostics.ts";
import { evaluationNow } from "./run_evaluations.ts";
import type { Session } from "./training_session.ts";
import { warnOfUniformPolicy } from "./uniform_policy.ts";

/** evaluation.json of a run folder, with the numbers of the table. The shipped checkpoint has one of plain GRPO to compare runs with. */
interface EvaluationFile {
  readonly model: string;
  readonly task: unknown;
  readonly controller: string;
  readonly steps: number;
  readonly adapter: string;
  readonly date: string;
  /** The held-out problems that were asked for, the completions of each, and the temperature that they were sampled at. */
  readonly prompts: number;
  readonly k: number;
  readonly temperature: number;
  readonly before: EvaluationSummary | undefined;
  /** Undefined while the run goes on. */
  readonly after: EvaluationSummary | undefined;
  /** What resumes have changed, each from a step on; absent where there is nothing. */
  readonly changes?: readonly OptionChange[];
}

export interface BeforeAndAfterOptions {
  readonly plots: boolean;
  /** What resumes have changed in the configuration since the run began. */
  readonly changes?: readonly OptionChange[];
  readonly run: (interrupt: InterruptWatch) => Promise<void>;
}

const BASELINE = fileURLToPath(new URL("../../models/checkpoints/countdown-base/grpo_baseline.json", import.meta.url));

/** Evaluates, runs, evaluates again, and prints a table of what changed and where to look. A resumed run was evaluated before it began. */
export async function evaluateBeforeAndAfter(session: Session, config: TrainConfig, options: BeforeAndAfterOptions): Promise<void> {
  const { device, trainer } = session;
  const started = performance.now();
  const changed = describeChanges(options.changes ?? []);
  const interrupt = watchInterrupt(
    () => void process.stdout.write("finishing this evaluation, then saving (Ctrl-C again to stop at once)\n"),
  );
  let before: EvaluationSummary | undefined;
  try {
    announce(session, config);
    process.stdout.write(changed);
    before = trainer.step === 0 ? summarize(await evaluationNow(trainer)) : await earlierEvaluation(config);
    if (before) warnOfUniformPolicy(before.entropy, session.model.module.vocabSize);
    await writeEvaluation(session, config, { before, after: undefined, changes: options.changes });
    await options.run(interrupt);
  } finally {
    interrupt.release();
  }
  const evaluation = await evaluationNow(trainer);
  const after = summarize(evaluation);
  await writeEvaluation(session, config, { before, after, changes: options.changes });
  await showTable(config, before, after);
  process.stdout.write(details(evaluation));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const targets = heldTargets(createController(config.entropy));
  process.stdout.write(`${changed}${targets}run folder: ${config.output.dir}   time: ${seconds} s\n`);
  if (options.plots) await drawPlots(config.output.dir);
  trainer.destroy();
  device.destroy();
  await requireScores(config.output.dir, session.firstFailure());
}

async function showTable(config: TrainConfig, before: EvaluationSummary | undefined, after: EvaluationSummary): Promise<void> {
  const k = config.eval.completions;
  const { label } = createController(config.entropy);
  const { steps } = config.grpo;
  const rows: EvaluationRow[] = [
    ...(before ? [["before", before] as const] : []),
    [`after ${steps} ${steps === 1 ? "step" : "steps"} of ${label}`, after],
  ];
  const baseline = await readBaseline(config);
  if (baseline?.after) rows.push([`plain GRPO, ${baseline.steps} steps (shipped, ${baseline.adapter})`, baseline.after]);
  process.stdout.write(`\n${evaluationTable(k, rows)}\n\n`);
  process.stdout.write(await findingsSummary(config.output.dir));
}

/** How exact pass@1 is, and what else the last evaluation measured. */
function details(evaluation: Evaluation): string {
  const { passAt } = evaluation;
  const problems = problemsOf(evaluation);
  const held = counted(problems).replace(" ", " held-out ");
  const exact = `standard error of pass@1 over ${held}: ${errorShown(passAt.get(1)!.error, problems)}\n`;
  const further = [...furtherRows(evaluation), ...strataRows(evaluation), ...solvedRows(evaluation)];
  if (further.length === 0 && passAt.size <= 2) return exact;
  const table = formatTable(
    [{ heading: "after training" }, { heading: "value ± standard error", align: "right" }],
    [...ownRows(evaluation), ...further],
  );
  return `${exact}\n${table}\n\n`;
}

async function drawPlots(dir: string): Promise<void> {
  const folder = join(dir, "plots");
  const files = await writePictures(await plotRuns([await loadRun(dir)]), folder);
  await rememberPictures(
    folder,
    files.map((file) => basename(file)),
  );
  process.stdout.write(`plots: ${folder}\n`);
}

/** The evaluation before the first step, which evaluation.json keeps; undefined where it has none, or one of other completions. */
async function earlierEvaluation({ output, eval: { completions } }: TrainConfig): Promise<EvaluationSummary | undefined> {
  try {
    const { before, k } = JSON.parse((await readEvaluationFile(output.dir)) ?? "{}") as Partial<EvaluationFile>;
    const numbers = [before?.passAt1, before?.passAtK, before?.entropy];
    return k === completions && numbers.every((one) => typeof one === "number") ? before : undefined;
  } catch {
    return undefined;
  }
}

function announce({ device, model, heldOut }: Session, config: TrainConfig): void {
  const size = model.placed.parameterCount.toLocaleString("en-US");
  process.stdout.write(`adapter: ${device.name}${device.software ? " (software)" : ""}   model: ${size} parameters\n`);
  for (const line of [...withoutEffect(config), ...cutEvaluation(config, heldOut)]) process.stdout.write(colors.dim(`${line}\n`));
  if (device.software) {
    const faster = /swiftshader/i.test(device.name) ? "a GPU, or Mesa's lavapipe (mesa-vulkan-drivers 24 or newer)," : "a GPU";
    process.stdout.write(
      colors.dim(`this adapter runs on the CPU; ${faster} would be faster (the command devices lists what this machine has)\n`),
    );
  }
}

/** Says that an evaluation takes fewer problems than it was asked for. */
function cutEvaluation({ eval: { prompts } }: TrainConfig, held: number): string[] {
  return prompts > held ? [`eval.prompts ${prompts} is more than there are: the task holds out ${held} problems, and all are taken`] : [];
}

/** The entropies that the controller holds: "entropy target: 0.35 nats", or one for each class of tokens. */
function heldTargets({ holds }: Controller): string {
  const [only] = holds;
  if (!only) return "";
  if (holds.length === 1) return `entropy target: ${only.words}   `;
  return `entropy targets: ${holds.map(({ className, words }) => `${className} ${words}`).join(", ")}   `;
}

/** The shipped run of plain GRPO, where it was evaluated as this run is. */
async function readBaseline(config: TrainConfig): Promise<EvaluationFile | undefined> {
  try {
    const baseline = JSON.parse(await readFile(BASELINE, "utf8")) as EvaluationFile;
    const { model, task, prompts, k, temperature } = baseline;
    const own = { model: config.model, task: config.task, ...measuredBy(config) };
    const same = isDeepStrictEqual({ model, task, prompts, k, temperature }, own);
    return same && createController(config.entropy).holds.length > 0 ? baseline : undefined;
  } catch {
    return undefined;
  }
}

/** What an evaluation's numbers depend on, beside the policy and the task. */
function measuredBy({ eval: { prompts, completions }, grpo }: TrainConfig): Pick<EvaluationFile, "prompts" | "k" | "temperature"> {
  return { prompts, k: completions, temperature: grpo.temperature };
}

async function writeEvaluation(
  session: Session,
  config: TrainConfig,
  found: Pick<EvaluationFile, "before" | "after"> & { readonly changes: readonly OptionChange[] | undefined },
): Promise<void> {
  const { before, after, changes = [] } = found;
  const file: EvaluationFile = {
    model: config.model,
    task: config.task,
    controller: config.entropy.controller,
    steps: config.grpo.steps,
    adapter: session.device.name,
    date: new Date().toISOString().slice(0, 10),
    ...measuredBy(config),
    before,
    after,
    ...(changes.length > 0 && { changes }),
  };
  await writeEvaluationFile(config.output.dir, file);
}
