/// <reference types="@webgpu/types" />
/** An error of the engine whose message is one readable line: what was given, what is allowed, and the remedy. */
export declare class EngineError extends Error {
    readonly name: string;
}
/** Numbers that must be finite are not: weights, moments, the state of a controller, logits, or every one of several steps. */
export declare class NotFiniteError extends EngineError {
    readonly name: string;
}
/** A shader that Dawn or the linker refused; the message holds the kernel's id and the compiler's own words. */
export declare class ShaderError extends EngineError {
    readonly name = "ShaderError";
}
/** Something does not fit: into a buffer, a binding, the memory that the user allows, or the machine. */
export declare class MemoryError extends EngineError {
    readonly name = "MemoryError";
    /** What was to be made, such as "keys 0". */
    readonly part: string;
    readonly bytes: number;
    /** The most bytes that were allowed. */
    readonly limit: number;
    constructor(message: string, { part, bytes, limit }: {
        readonly part: string;
        readonly bytes: number;
        readonly limit: number;
    });
}
/** The GPU went away (driver reset, unplugged, out of memory). Nothing submitted since can be trusted. */
export declare class DeviceLostError extends EngineError {
    readonly name = "DeviceLostError";
}
/** What to do after a device was lost. */
export declare const LOSS_REMEDY: string;
/** Makes the device fail because of work that never ran, and returns the error. Some drivers drop work that takes long without a word. */
export declare function lostWork(device: {
    fail(error: EngineError): void;
}, fact: string): DeviceLostError;
