/// <reference types="@webgpu/types" />
import type { Device } from "../gpu/device.js";
/** Lets through one call at a time to an object whose calls share buffers and a state; it is refused while another runs, and after the end. */
export interface Turns {
    /** Runs a call that takes a while. WebGPU's errors without a reason get the device's. */
    run<Result>(call: string, work: () => Promise<Result>): Promise<Result>;
    /** Runs a call that is done at once. */
    runNow<Result>(call: string, work: () => Result): Result;
    /** Runs the last call of all. A second end does nothing. */
    end(call: string, work: () => void): void;
}
/** `owner` is what messages call the object: "the trainer". */
export declare function oneAtATime(device: Device, owner: string): Turns;
