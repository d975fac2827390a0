import type { Controller } from "../control/index.js";
import type { Device } from "../gpu/device.js";
import type { PolicyLoss } from "../loss/index.js";
import type { Problem } from "../tasks/task.js";
import type { TrainConfig } from "./config/index.js";
import type { TokenClassFunction } from "./learning/token_classes.js";
import type { PolicyModel } from "./model.js";
import { type NamedReward } from "./scoring/rewards.js";
/** What a run of GRPO is made of. */
export interface Run {
    readonly device: Device;
    readonly model: PolicyModel;
    readonly config: Pick<TrainConfig, "seed" | "memory" | "grpo" | "entropy" | "eval">;
    readonly trainProblems: readonly Problem[];
    readonly evalProblems: readonly Problem[];
    readonly rewards: readonly NamedReward[];
    /** Text that ends a completion; it is part of the completion. */
    readonly stop: string;
    readonly controller: Controller;
    readonly loss: PolicyLoss;
    /** The policy that `beta` measures against; the starting policy when absent. */
    readonly reference?: PolicyModel;
    /** The most sequences that are sampled at a time. More run faster together, and each holds a key-value cache. */
    readonly sequencesAtOnce?: number;
    /** Tells the class of each token, in place of the controller's classBy. */
    readonly classOf?: TokenClassFunction;
}
/** Tokens of the longest prompt that the run may sample from. */
export declare function longestPromptOf({ model, trainProblems, evalProblems }: Run): number;
/** Whether the samples of a step may need more than one pass. */
export declare function mayTakeSeveral(run: Run): boolean;
/** Refuses problems, rewards and a stop that cannot be trained on. @throws ConfigError, one line that names what is wrong and the remedy */
export declare function checkSubject(run: Pick<Run, "model" | "trainProblems" | "evalProblems" | "rewards" | "stop">): void;
/** The most rows of packed tokens in one pass over the samples of a step: at least those of the longest sample. */
export declare function passRows(run: Run): number;
