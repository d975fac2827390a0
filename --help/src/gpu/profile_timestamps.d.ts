import type { Device } from "./device.js";
import { type Timer } from "./profile_record.js";
/** Gives every dispatch a pass that writes a timestamp at either end. */
export declare function createTimestampTimer(device: Device): Timer;
