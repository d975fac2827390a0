import { join } from "node:path";
import { NotFiniteError } from "../gpu/errors.js";
import { isFile } from "../io/files.js";
import { appendMetrics, readMetrics } from "../io/run_folder.js";
import { evaluationMetrics } from "../rl/evaluation/evaluation_metrics.js";
const known = new WeakMap();
/** Evaluates a trainer as it is. A second call at the same step has the first one's result, which is the same. */
export async function evaluationNow(trainer) {
    const { step } = trainer;
    const earlier = known.get(trainer);
    if (earlier?.step === step)
        return earlier.evaluation;
    const evaluation = await trainer.evaluate();
    known.set(trainer, { step, evaluation });
    return evaluation;
}
/** Writes the evaluation before the first step into metrics.jsonl, as its line of step 0, where it is not there yet. */
export async function recordFirstEvaluation(dir, trainer) {
    if (trainer.step > 0)
        return;
    const lines = (await isFile(join(dir, "metrics.jsonl"))) ? await readMetrics(dir) : [];
    if (lines.length === 0)
        await appendMetrics(dir, { step: 0, ...evaluationMetrics(await evaluationNow(trainer)) });
}
/** A step's metrics with an evaluation where one is due: every `eval.every` steps, and after the last. */
export async function withEvaluation(trainer, config, metrics) {
    const { every } = config.eval;
    const due = (every > 0 && trainer.step % every === 0) || trainer.step >= config.grpo.steps;
    if (!due)
        return metrics;
    try {
        return { ...metrics, ...evaluationMetrics(await evaluationNow(trainer)) };
    }
    catch (error) {
        // The step itself says what is wrong, and too many such steps stop the run with a checkpoint.
        if (error instanceof NotFiniteError)
            return metrics;
        throw error;
    }
}
