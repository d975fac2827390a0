/// <reference types="@webgpu/types" />
import type { GpuContext } from "./context.js";
/**
 * Runs `work`, and gives a failure without a reason the reason that the device knows. Other errors pass as they are.
 * @throws EngineError (DeviceLostError where the device is lost) in place of WebGPU's own OperationError and AbortError
 */
export declare function explained<Result>(device: GpuContext, work: string, run: () => Promise<Result>): Promise<Result>;
