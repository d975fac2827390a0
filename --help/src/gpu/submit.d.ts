/// <reference types="@webgpu/types" />
import type { GpuContext } from "./context.js";
/**
 * Submits what an encoder holds, with copies behind it. Every submission of the engine goes through here, so that it can be proven and timed.
 * Resolves with the milliseconds that it took.
 */
export declare function submitCommands(device: GpuContext, label: string, encoder: GPUCommandEncoder, copies?: (encoder: GPUCommandEncoder) => void): Promise<number>;
