/// <reference types="@webgpu/types" />
import { type EngineError } from "./errors.js";
/**
 * Proof that submitted work ran. Some drivers drop a command buffer that takes long, and neither they nor Dawn say so. Every command buffer
 * therefore ends by copying its number into a slot, and whatever is read back brings the slots along.
 */
export interface Stamps {
    /** Bytes that `copyTo` adds to what is read back. */
    readonly bytes: number;
    /** Appends the next number's copy. Call `commit` once the command buffer is submitted. */
    mark(encoder: GPUCommandEncoder): void;
    commit(label: string): void;
    /** Appends a copy of all slots, behind a mark. Returns the check of what arrives; it throws DeviceLostError where a number is missing. */
    copyTo(encoder: GPUCommandEncoder, target: GPUBuffer, offset: number): (slots: ArrayBuffer) => void;
}
/** `isNull`: the device is of Dawn's null backend, which computes nothing and so proves nothing. */
export declare function createStamps(gpu: GPUDevice, isNull: boolean, fail: (error: EngineError) => void): Stamps;
