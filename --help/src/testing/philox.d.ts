/// <reference types="@webgpu/types" />
import type { Device } from "../gpu/device.js";
/** The known answers of Philox4x32-10's authors, and those of the GPU. */
export declare function philoxAnswers(device: Device): Promise<{
    actual: Uint32Array;
    expected: Uint32Array;
}>;
