import type { Device } from "../gpu/device.js";
import type { Fit } from "../rl/memory/fit.js";
/** Prints what `--plan` found out: the bytes of every part, their sum, and what the adapter and the user allow. */
export declare function showPlan({ device, fit }: {
    readonly device: Device;
    readonly fit: Fit;
}, memory: string | number | null): void;
