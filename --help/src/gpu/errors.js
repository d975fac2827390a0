/** An error of the engine whose message is one readable line: what was given, what is allowed, and the remedy. */
export class EngineError extends Error {
    name = "EngineError";
}
/** Numbers that must be finite are not: weights, moments, the state of a controller, logits, or every one of several steps. */
export class NotFiniteError extends EngineError {
    name = "NotFiniteError";
}
/** A shader that Dawn or the linker refused; the message holds the kernel's id and the compiler's own words. */
export class ShaderError extends EngineError {
    name = "ShaderError";
}
/** Something does not fit: into a buffer, a binding, the memory that the user allows, or the machine. */
export class MemoryError extends EngineError {
    name = "MemoryError";
    /** What was to be made, such as "keys 0". */
    part;
    bytes;
    /** The most bytes that were allowed. */
    limit;
    constructor(message, { part, bytes, limit }) {
        super(message);
        this.part = part;
        this.bytes = bytes;
        this.limit = limit;
    }
}
/** The GPU went away (driver reset, unplugged, out of memory). Nothing submitted since can be trusted. */
export class DeviceLostError extends EngineError {
    name = "DeviceLostError";
}
/** What to do after a device was lost. */
export const LOSS_REMEDY = "open the device again and go on from the last checkpoint; if it happens again, work in smaller pieces " +
    "(fewer grpo.microBatchRows, ENTROPIC_SLICE=16) and close other programs that use the GPU";
/** Makes the device fail because of work that never ran, and returns the error. Some drivers drop work that takes long without a word. */
export function lostWork(device, fact) {
    const error = new DeviceLostError(`the GPU dropped work without an error: ${fact}; ${LOSS_REMEDY}`);
    device.fail(error);
    return error;
}
