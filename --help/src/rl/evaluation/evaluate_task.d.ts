/// <reference types="@webgpu/types" />
import type { Device } from "../../gpu/device.js";
import type { Task } from "../../tasks/task.js";
import type { PolicyModel } from "../model.js";
import { type Evaluation } from "./evaluate.js";
export interface TaskEvaluationOptions {
    readonly device: Device;
    readonly model: PolicyModel;
    readonly task: Task;
    /** The most held-out problems to take; all of them when left out. */
    readonly prompts?: number;
    readonly completions: number;
    readonly temperature: number;
    /** Longest completion, in tokens; the task's own when left out. */
    readonly maxNewTokens?: number;
    readonly seed: number;
    /** The most bytes of GPU memory to take, the model included; as many as the adapter has when left out. */
    readonly memory?: number;
}
/** Evaluates a model on a task's held-out problems, sampled and greedy; builds what it needs and frees it again. */
export declare function evaluateTask(options: TaskEvaluationOptions): Promise<Evaluation>;
