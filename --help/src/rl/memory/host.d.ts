import type { Device } from "../../gpu/device.js";
/** Completions that are held at one time, and the options that say how many. */
export interface HeldCompletions {
    readonly completions: number;
    readonly maxNewTokens: number;
    /** Such as "eval.prompts 128 x eval.completions 8". */
    readonly options: string;
}
/** @throws MemoryError for more completions than this process can hold; it would be aborted without a word */
export declare function checkHostMemory({ heap }: Pick<Device, "heap">, { completions, maxNewTokens, options }: HeldCompletions): void;
