import type { Loop } from "./state.js";
/** The settings of the law in shaders/control/pi.wgsl; docs/configuration.md explains each. */
export interface PISettings {
    readonly limit: number;
    readonly antiWindup: boolean;
    readonly gains: "fixed" | "auto";
    readonly lambda: number;
    readonly kiRatio: number;
    readonly anchorSteps: number;
    readonly targetDecay: number;
    readonly targetFloor: number;
}
/** The parameters of shaders/control/pi.wgsl. */
export declare function piParameters(settings: PISettings): Record<string, number>;
/** One step of shaders/control/pi.wgsl in double precision, for a loop that the batch has measured. */
export declare function piStep(settings: PISettings, before: Loop): Loop;
