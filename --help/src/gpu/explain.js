import { EngineError } from "./errors.js";
/** What WebGPU names an error that says nothing: mapping was refused, or its device or buffer is gone. */
const SILENT_NAMES = new Set(["OperationError", "AbortError", "InvalidStateError"]);
/** Milliseconds that Dawn may take to say why a device was lost, after the calls that waited on it have failed. */
const REASON_DELAY = 200;
/**
 * Runs `work`, and gives a failure without a reason the reason that the device knows. Other errors pass as they are.
 * @throws EngineError (DeviceLostError where the device is lost) in place of WebGPU's own OperationError and AbortError
 */
export async function explained(device, work, run) {
    try {
        return await run();
    }
    catch (error) {
        if (!isSilent(error))
            throw error;
        await Promise.race([device.gpu.lost, new Promise((resolve) => setTimeout(resolve, REASON_DELAY))]);
        device.assertHealthy();
        throw new EngineError(`${work} failed on ${device.name}: ${describe(error)}; the GPU may be out of memory: close other programs or use smaller batches`);
    }
}
function isSilent(error) {
    return !(error instanceof Error) || error.message.trim() === "" || SILENT_NAMES.has(error.name);
}
function describe(error) {
    if (!(error instanceof Error))
        return String(error).slice(0, 120);
    const [line = ""] = error.message.trim().split("\n");
    return line === "" ? error.name : `${error.name}, ${line.slice(0, 120)}`;
}
