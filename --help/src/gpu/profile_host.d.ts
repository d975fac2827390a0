import type { Device } from "./device.js";
import { type Timer } from "./profile_record.js";
/**
 * Times dispatches without timestamp queries: submits one at a time and waits for it. The engine itself does not wait between
 * submissions, so submissions and uploads queue up here, and reading back waits for this queue (`settled`).
 */
export declare function createHostTimer(device: Device): Timer;
