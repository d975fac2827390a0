/** An error of the engine whose message is one readable line: what was given, what is allowed, and the remedy. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
}

/** A GPU that refused or failed at what it was asked for; nothing that was given need be wrong. */
export class GpuFaultError extends EngineError {}

/** Numbers that must be finite are not: weights, moments, the state of a controller, logits, or every one of several steps. */
export class NotFiniteError extends EngineError {
  override readonly name: string = "NotFiniteError";
}

/** A shader that Dawn or the linker refused; the message holds the kernel's id and the compiler's own words. */
export class ShaderError extends EngineError {
  override readonly name = "ShaderError";
}

/** A kernel that is not the library's own, on a device whose safeguards are off. */
export class UnsafeKernelError extends EngineError {
  override readonly name = "UnsafeKernelError";
}

interface MemoryShortage {
  readonly part: string;
  readonly bytes: number;
  readonly limit: number;
  readonly isLimitOfUser?: boolean;
}

/** Something does not fit: into a buffer, a binding, the memory that the user allows, or the machine. */
export class MemoryError extends EngineError {
  override readonly name = "MemoryError";
  /** What was to be made, such as "keys 0". */
  readonly part: string;
  readonly bytes: number;
  /** The most bytes that were allowed. */
  readonly limit: number;
  /** Whether the user set the limit, by `memory`, and not the machine. */
  readonly isLimitOfUser: boolean;

  constructor(message: string, { part, bytes, limit, isLimitOfUser = false }: MemoryShortage) {
    super(message);
    this.isLimitOfUser = isLimitOfUser;
    this.part = part;
    this.bytes = bytes;
    this.limit = limit;
  }
}

/** The GPU went away (driver reset, unplugged, out of memory). Nothing submitted since can be trusted. */
export class DeviceLostError extends EngineError {
  override readonly name = "DeviceLostError";
}

/** What to do after a device was lost. */
export const LOSS_REMEDY =
  "open the device again and go on from the last checkpoint; if it happens again, work in smaller pieces " +
  "(fewer grpo.microBatchRows, ENTROPIC_SLICE=16) and close other programs that use the GPU";

/** Makes the device fail because of work that never ran, and returns the error. Some drivers drop work that takes long without a word. */
export function lostWork(device: { fail(error: EngineError): void }, fact: string): DeviceLostError {
  const error = new DeviceLostError(`the GPU dropped work without an error: ${fact}; ${LOSS_REMEDY}`);
  device.fail(error);
  return error;
}
