/// <reference types="@webgpu/types" />
import type { Device } from "../gpu/device.js";
/** Notices a step that a driver dropped without a word: the optimiser on the GPU counts its steps, and so does the host. */
export interface Heartbeat {
    /**
     * Checks the optimiser's state as it was read back behind one more step.
     * @throws DeviceLostError unless it counts exactly one step more than before
     */
    beat(state: Float32Array): void;
    /** Takes a state that the host has uploaded. */
    restart(state: Float32Array): void;
}
export declare function createHeartbeat(device: Device): Heartbeat;
