import type { Device } from "../gpu/device.js";
import type { Task } from "../tasks/task.js";
import type { SftConfig } from "./config/index.js";
import { type Evaluation } from "./evaluation/evaluate.js";
import type { Fit } from "./memory/fit.js";
import type { PolicyModel } from "./model.js";
/** What to warm-start, and on which task. */
export interface WarmStartOptions {
    readonly device: Device;
    readonly model: PolicyModel;
    readonly task: Task;
    readonly config: SftConfig;
}
/** What one step of a warm start measured. */
export interface WarmStartStep {
    readonly step: number;
    readonly loss: number;
    readonly gradNorm: number;
    readonly learningRate: number;
    /** Steps so far that changed nothing, because their numbers were not finite. */
    readonly skipped: number;
    readonly evaluation: Evaluation | undefined;
}
/**
 * Supervised warm start: the model learns a random solution of each prompt that it is shown. It ends when sampled answers are right
 * often enough (`stopAtPassAt1`) or the steps run out. It stops early on purpose: reinforcement learning needs a policy that is
 * sometimes right and sometimes wrong.
 * @throws SkippedStepsError when `stopAfterSkipped` steps in a row were skipped, because numbers were not finite
 */
export declare function warmStart(options: WarmStartOptions): AsyncGenerator<WarmStartStep>;
/**
 * Counts the bytes that a warm start needs, and finds the most sequences at a time that fit, without creating anything.
 * @throws MemoryError in one line for what does not fit, with the options that would help
 */
export declare function planWarmStart(options: WarmStartOptions): Promise<Fit>;
