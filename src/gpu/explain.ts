import type { GpuContext } from "./context.ts";
import { GpuFaultError } from "./errors.ts";
import { newsOfLoss } from "./flight.ts";

/** What WebGPU names an error that says nothing: mapping was refused, or its device or buffer is gone. */
const SILENT_NAMES = new Set(["OperationError", "AbortError", "InvalidStateError"]);

/**
 * Runs `work`, and gives a failure without a reason the reason that the device knows. Other errors pass as they are.
 * @throws EngineError (DeviceLostError where the device is lost) in place of WebGPU's own OperationError and AbortError
 */
export async function explained<Result>(device: GpuContext, work: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!isSilent(error)) throw error;
    await newsOfLoss(device.gpu);
    device.assertHealthy();
    throw new GpuFaultError(
      `${work} failed on ${device.name}: ${describe(error)}; the GPU may be out of memory: close other programs or use smaller batches`,
    );
  }
}

function isSilent(error: unknown): boolean {
  return !(error instanceof Error) || error.message.trim() === "" || SILENT_NAMES.has(error.name);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 120);
  const [line = ""] = error.message.trim().split("\n");
  return line === "" ? error.name : `${error.name}, ${line.slice(0, 120)}`;
}
