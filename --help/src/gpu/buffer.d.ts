/// <reference types="@webgpu/types" />
import type { BufferWindow, GpuContext } from "./context.js";
/** Numbers on the host that a buffer can hold. */
export type HostArray = Float32Array | Uint32Array | Int32Array;
/** Every window starts at a multiple of this: the strictest storage offset alignment WebGPU allows an adapter. */
export declare const ALIGNMENT = 256;
export declare function align(bytes: number): number;
/** Creates zeroed storage that shaders read and write, and that the host copies to and from. @throws MemoryError when it is too large */
export declare function createBuffer(device: GpuContext, label: string, bytes: number, extraUsage?: GPUBufferUsageFlags): GPUBuffer;
/** Creates several buffers, or none where one is refused. */
export declare function createBuffers(device: GpuContext, wanted: readonly {
    readonly label: string;
    readonly bytes: number;
}[]): GPUBuffer[];
/** Frees a buffer and takes its bytes off the device's count. */
export declare function destroyBuffer(device: GpuContext, buffer: GPUBuffer): void;
/**
 * Copies numbers from the host into a window of a buffer.
 * @throws EngineError when the numbers do not fit
 */
export declare function uploadBuffer(device: GpuContext, window: BufferWindow, data: HostArray): void;
/** The most bytes of a staging buffer. What is larger in all is read back a piece at a time. */
export declare const STAGING_BYTES: number;
/** Copies windows to the host through a staging buffer of at most `stagingBytes`; resolves with each window's bytes. */
export declare function readBuffers(device: GpuContext, windows: readonly BufferWindow[], stagingBytes?: number): Promise<ArrayBuffer[]>;
/** A staging buffer created once, for reading the same named windows after every run. One reading at a time. */
export interface Reader<Name extends PropertyKey> {
    /** Appends the copies to a submission, behind which `read` waits for them. */
    encode(encoder: GPUCommandEncoder): void;
    read(): Promise<Readonly<Record<Name, ArrayBuffer>>>;
    /** Reads by a submission of its own. */
    fetch(): Promise<Readonly<Record<Name, ArrayBuffer>>>;
    destroy(): void;
}
export declare function createReader<Name extends PropertyKey>(device: GpuContext, windows: Readonly<Record<Name, BufferWindow>>): Reader<Name>;
