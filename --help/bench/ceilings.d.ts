import type { Device } from "../src/gpu/device.js";
import type { Clock } from "./clock.js";
/** The best rates measured on an adapter: of fma (multiply and add) on registers, and of memory, reads and writes both counted. */
export interface Ceilings {
    readonly gflops: number;
    readonly gigabytesPerSecond: number;
}
/** The best of several attempts, each on an idle queue. Software adapters are timed by processor time. Takes about a second. */
export declare function measureCeilings(device: Device, clock: Clock): Promise<Ceilings>;
