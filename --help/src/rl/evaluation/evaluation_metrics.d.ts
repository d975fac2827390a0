import type { Metrics } from "../../report/metrics.js";
import type { Evaluation } from "./evaluate.js";
/** An evaluation under the names of metrics.jsonl. `elsewhere` names the task where it is not the run's own. */
export declare function evaluationMetrics(evaluation: Evaluation, elsewhere?: string): Omit<Metrics, "step">;
