import type { Device } from "./device.js";
import { EngineError } from "./errors.js";
/**
 * Runs work once more and returns what its first kernel did that wrote a number which is not finite. The device stays usable. It is undefined
 * where there is none.
 */
export declare function firstNotFinite(device: Device, place: string, work: () => Promise<unknown>): Promise<string | undefined>;
/** Looks at everything that kernels write, and reports the first number that is not finite. */
export interface NanCheck {
    /** Where the run is, for the message: "step 3". */
    place: string;
    /** Waits for everything submitted. @throws EngineError naming the first kernel that wrote such a number */
    settled(): Promise<void>;
    destroy(): void;
}
/**
 * Observes a device. Behind each dispatch it adds one more for each output, which counts the non-finite numbers there. `found` takes the
 * first of them of each submission; left out, it makes the device fail.
 */
export declare function createNanCheck(device: Device, found?: (error: EngineError) => void): Promise<NanCheck>;
