import type { Device } from "../gpu/device.js";
import type { RunLock } from "../node/run_lock.js";
import { type TrainConfig } from "../rl/config/index.js";
import type { PolicyModel } from "../rl/model.js";
import { type Trainer } from "../rl/trainer.js";
import type { InterruptWatch } from "./interrupt.js";
import { type StepWatch, type WatchOptions } from "./step_watch.js";
export interface Session {
    readonly device: Device;
    readonly model: PolicyModel;
    readonly trainer: Trainer;
    readonly watch: StepWatch;
}
export interface SessionOptions {
    readonly adapter?: string;
    readonly modelDir?: string;
    readonly watch?: WatchOptions;
}
/** Opens the device, loads the model and builds the trainer of a configuration. */
export declare function openSession(config: TrainConfig, options: SessionOptions): Promise<Session>;
/** Opens the device and counts the bytes of a run, before a weight is read. @throws MemoryError for what does not fit */
export declare function planSession(config: TrainConfig, options: SessionOptions): Promise<{
    device: Device;
    subject: {
        trainProblems: readonly import("../index.js").Problem[];
        evalProblems: readonly import("../index.js").Problem[];
        rewards: import("../index.js").NamedReward[];
        stop: string;
    };
    fit: import("../rl/memory/fit.js").Fit;
}>;
/** Who else has a say in a run: whoever stops it, and whoever might write to its folder. */
export interface RunGuards {
    readonly interrupt: InterruptWatch;
    readonly lock: RunLock;
}
/**
 * Trains to the configured step, writing metrics, samples, findings and checkpoints into the run folder.
 * Where it is asked to stop it finishes the step, saves, and throws InterruptedError. A run that has not begun is saved too, for `resume`.
 */
export declare function runSession(session: Session, config: TrainConfig, { interrupt, lock }: RunGuards): Promise<void>;
