import type { Device } from "../../gpu/device.js";
import type { Task } from "../../tasks/task.js";
import type { SftConfig } from "../config/index.js";
import type { PolicyModel } from "../model.js";
import { type Fit } from "./fit.js";
/** What a warm start is measured by. */
interface WarmStart {
    readonly device: Device;
    readonly model: PolicyModel;
    readonly task: Task;
    readonly config: SftConfig;
}
type Build = (options: WarmStart, sequencesAtOnce: number) => Promise<unknown>;
/** Finds the most sequences at a time with which a warm start fits into memory. `build` builds what learns. @throws MemoryError */
export declare function fitWarmStart(options: WarmStart, build: Build): Promise<Fit>;
export {};
