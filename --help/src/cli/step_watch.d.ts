import { type Command } from "commander";
import type { Device } from "../gpu/device.js";
export interface WatchOptions {
    readonly profile?: number;
    readonly debugNan?: boolean;
}
/** `--profile N` and `--debug-nan`, for commands that train. */
export declare function addWatchOptions(command: Command): void;
/** Looks at training steps as they run. */
export interface StepWatch {
    /** Runs a step. `show` gets what there is to say after it. */
    step<Result>(number: number, run: () => Promise<Result>, show: Show): Promise<Result>;
    /** Call it after the last step, also where the run ends early. */
    end(show: Show): Promise<void>;
}
type Show = (text: string) => void;
export interface WatchPlace {
    readonly device: Device;
    /** The run folder. */
    readonly dir: string;
}
/** Throws UsageError where a run is too short to be profiled. `key` is the configuration's name for its steps. */
export declare function checkWatch({ profile }: WatchOptions, steps: number, key: string): void;
/** The watch that the options ask for; without such options it does nothing. Create it before the first step that it should see. */
export declare function createStepWatch(options: WatchOptions, place: WatchPlace): Promise<StepWatch>;
/** The steps of a generator, each watched. */
export declare function watchSteps<Step>(steps: AsyncGenerator<Step>, watch: StepWatch, show: Show): AsyncGenerator<Step>;
export {};
