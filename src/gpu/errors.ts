/** An error of the engine whose message is one readable line: what was given, what is allowed, and the remedy. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
}

/** Numbers that must be finite are not: weights, moments, the state of a controller, logits, or every one of several steps. */
export class NotFiniteError extends EngineError {
  override readonly name: string = "NotFiniteError";
}

/** A shader that Dawn or the linker refused; the message holds the kernel's id and the compiler's own words. */
export class ShaderError extends EngineError {
  override readonly name = "ShaderError";
}

/** The GPU went away (driver reset, unplugged, out of memory). Nothing submitted since can be trusted. */
export class DeviceLostError extends EngineError {
  override readonly name = "DeviceLostError";
}
