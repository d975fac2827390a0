import { join } from "node:path";
import { NotFiniteError } from "../gpu/errors.ts";
import { isFile } from "../io/files.ts";
import { appendMetrics, readMetrics } from "../io/run_folder.ts";
import type { Metrics } from "../report/metrics.ts";
import type { TrainConfig } from "../rl/config/index.ts";
import type { Evaluation } from "../rl/evaluation/evaluate.ts";
import { evaluationMetrics } from "../rl/evaluation/evaluation_metrics.ts";
import type { Trainer } from "../rl/trainer.ts";

const known = new WeakMap<Trainer, { readonly step: number; readonly evaluation: Evaluation }>();

/** Evaluates a trainer as it is. A second call at the same step has the first one's result, which is the same. */
export async function evaluationNow(trainer: Trainer): Promise<Evaluation> {
  const { step } = trainer;
  const earlier = known.get(trainer);
  if (earlier?.step === step) return earlier.evaluation;
  const evaluation = await trainer.evaluate();
  known.set(trainer, { step, evaluation });
  return evaluation;
}

/** Writes the evaluation before the first step into metrics.jsonl, as its line of step 0, where it is not there yet. */
export async function recordFirstEvaluation(dir: string, trainer: Trainer): Promise<void> {
  if (trainer.step > 0) return;
  const lines = (await isFile(join(dir, "metrics.jsonl"))) ? await readMetrics(dir) : [];
  if (lines.length === 0) await appendMetrics(dir, { step: 0, ...evaluationMetrics(await evaluationNow(trainer)) });
}

/** A step's metrics with an evaluation where one is due: every `eval.every` steps, and after the last. `say` gets what it could not measure. */
export async function withEvaluation(
  trainer: Trainer,
  config: TrainConfig,
  metrics: Metrics,
  say: (line: string) => void = () => {},
): Promise<Metrics> {
  const { every } = config.eval;
  const due = (every > 0 && trainer.step % every === 0) || trainer.step >= config.grpo.steps;
  if (!due) return metrics;
  try {
    const evaluation = await evaluationNow(trainer);
    for (const note of evaluation.further.notes) say(`evaluation after step ${trainer.step}: ${note}`);
    return { ...metrics, ...evaluationMetrics(evaluation) };
  } catch (error) {
    // The step itself says what is wrong, and too many such steps stop the run with a checkpoint.
    if (error instanceof NotFiniteError) return metrics;
    throw error;
  }
}
