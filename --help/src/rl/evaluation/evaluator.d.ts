import type { Sampler } from "../../policy/sampler.js";
import { type Run } from "../run.js";
import { type Evaluation } from "./evaluate.js";
/** Evaluates the policy of a run on its held-out problems, sampled and greedy. */
export interface Evaluator {
    /** Evaluates after `step` steps of training. */
    evaluate(step: number): Promise<Evaluation>;
    destroy(): void;
}
export declare function createEvaluator(run: Run, sampler: Sampler): Promise<Evaluator>;
