import type { Metrics } from "../report/metrics.js";
import type { TrainConfig } from "../rl/config/index.js";
import type { Evaluation } from "../rl/evaluation/evaluate.js";
import type { Trainer } from "../rl/trainer.js";
/** Evaluates a trainer as it is. A second call at the same step has the first one's result, which is the same. */
export declare function evaluationNow(trainer: Trainer): Promise<Evaluation>;
/** Writes the evaluation before the first step into metrics.jsonl, as its line of step 0, where it is not there yet. */
export declare function recordFirstEvaluation(dir: string, trainer: Trainer): Promise<void>;
/** A step's metrics with an evaluation where one is due: every `eval.every` steps, and after the last. */
export declare function withEvaluation(trainer: Trainer, config: TrainConfig, metrics: Metrics): Promise<Metrics>;
