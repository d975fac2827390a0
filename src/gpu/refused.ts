import { type EngineError, GpuFaultError, MemoryError } from "./errors.ts";

/** What Dawn says of a buffer that it has no memory for. The label holds the size (gpu/buffer). */
const BUFFER = /CreateBuffer\(\[BufferDescriptor "+(.+?)(?: of (\d+) bytes)?"+\]\)/;

/** The error for a command that the GPU refused: one line where memory is lacking, else Dawn's own words. */
export function refusedError(error: GPUError): EngineError {
  if (error.constructor.name !== "GPUOutOfMemoryError") return new GpuFaultError(`the GPU refused a command: ${error.message}`);
  const [, part = "what was asked for", size] = BUFFER.exec(error.message) ?? [];
  const what = size === undefined ? part : `${part}, ${size} bytes`;
  const remedy = "use smaller batches, set memory to what the GPU has, or end other programs on it";
  return new MemoryError(`the GPU has no memory left for ${what}; ${remedy}`, { part, bytes: Number(size ?? 0), limit: 0 });
}
