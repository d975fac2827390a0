import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import pc from "picocolors";
import { type Controller, createController } from "../control/index.ts";
import { plotRuns } from "../report/plots.ts";
import { loadRun } from "../report/run.ts";
import { type TrainConfig, withoutEffect } from "../rl/config/index.ts";
import type { Evaluation } from "../rl/evaluation/evaluate.ts";
import { type EvaluationRow, type EvaluationSummary, evaluationTable, summarize } from "./evaluation_table.ts";
import { writePictures } from "./pictures.ts";
import { findingsSummary } from "./run_diagnostics.ts";
import { evaluationNow } from "./run_evaluations.ts";
import type { Session } from "./training_session.ts";

/** evaluation.json of a run folder, with the numbers of the table. The shipped checkpoint has one of plain GRPO to compare runs with. */
interface EvaluationFile {
  readonly model: string;
  readonly task: unknown;
  readonly controller: string;
  readonly steps: number;
  readonly adapter: string;
  readonly date: string;
  readonly k: number;
  readonly before: EvaluationSummary | undefined;
  readonly after: EvaluationSummary;
}

const BASELINE = fileURLToPath(new URL("../../models/checkpoints/countdown-base/grpo_baseline.json", import.meta.url));

/** Evaluates, runs, evaluates again, and prints a table of what changed and where to look. */
export async function evaluateBeforeAndAfter(
  session: Session,
  config: TrainConfig,
  options: { readonly plots: boolean; readonly run: () => Promise<void> },
): Promise<void> {
  const { device, trainer } = session;
  const controller = createController(config.entropy);
  const started = performance.now();
  announce(session, config);
  const before = trainer.step === 0 ? await evaluationNow(trainer) : undefined;
  await options.run();
  const after = await evaluationNow(trainer);
  const rows: EvaluationRow[] = [
    ...(before ? [["before", before] as const] : []),
    [`after ${config.grpo.steps} ${config.grpo.steps === 1 ? "step" : "steps"} of ${controller.label}`, after],
  ];
  await writeEvaluation(session, config, before, after);
  const baseline = await readBaseline(config, after.k);
  if (baseline) rows.push([`plain GRPO, ${baseline.steps} steps (shipped, ${baseline.adapter})`, baseline.after]);
  process.stdout.write(`\n${evaluationTable(after.k, rows)}\n\n`);
  process.stdout.write(await findingsSummary(config.output.dir));
  process.stdout.write(
    `${heldTargets(controller)}run folder: ${config.output.dir}   time: ${((performance.now() - started) / 1000).toFixed(0)} s\n`,
  );
  if (options.plots) {
    const files = await writePictures(await plotRuns([await loadRun(config.output.dir)]), join(config.output.dir, "plots"));
    process.stdout.write(`plots: ${dirname(files[0] ?? config.output.dir)}\n`);
  }
  trainer.destroy();
  device.destroy();
}

function announce({ device, model }: Session, config: TrainConfig): void {
  const size = model.placed.parameterCount.toLocaleString("en-US");
  process.stdout.write(`adapter: ${device.name}${device.software ? " (software)" : ""}   model: ${size} parameters\n`);
  for (const line of withoutEffect(config)) process.stdout.write(pc.dim(`${line}\n`));
  if (device.software) {
    const faster = /swiftshader/i.test(device.name) ? "a GPU, or Mesa's lavapipe (mesa-vulkan-drivers 24 or newer)," : "a GPU";
    process.stdout.write(
      pc.dim(`this adapter runs on the CPU; ${faster} would be faster (the command devices lists what this machine has)\n`),
    );
  }
}

/** The entropies that the controller holds: "entropy target: 0.35 nats", or one for each class of tokens. */
function heldTargets({ holds }: Controller): string {
  const [only] = holds;
  if (!only) return "";
  if (holds.length === 1) return `entropy target: ${only.words}   `;
  return `entropy targets: ${holds.map(({ className, words }) => `${className} ${words}`).join(", ")}   `;
}

async function readBaseline(config: TrainConfig, k: number): Promise<EvaluationFile | undefined> {
  try {
    const baseline = JSON.parse(await readFile(BASELINE, "utf8")) as EvaluationFile;
    const same = baseline.model === config.model && isDeepStrictEqual(baseline.task, config.task) && baseline.k === k;
    return same && createController(config.entropy).holds.length > 0 ? baseline : undefined;
  } catch {
    return undefined;
  }
}

async function writeEvaluation(session: Session, config: TrainConfig, before: Evaluation | undefined, after: Evaluation): Promise<void> {
  const file: EvaluationFile = {
    model: config.model,
    task: config.task,
    controller: config.entropy.controller,
    steps: config.grpo.steps,
    adapter: session.device.name,
    date: new Date().toISOString().slice(0, 10),
    k: after.k,
    before: before && summarize(before),
    after: summarize(after),
  };
  await writeFile(join(config.output.dir, "evaluation.json"), `${JSON.stringify(file, null, 2)}\n`);
}
