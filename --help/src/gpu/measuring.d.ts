import type { Device } from "./device.js";
/** A buffer that a measuring device was asked for and that has not been destroyed. */
export interface Allocation {
    readonly label: string;
    readonly bytes: number;
}
/** A device that computes nothing. Whatever is built on it tells how many bytes it takes on the device that it stands for. */
export interface MeasuringDevice extends Device {
    readonly allocations: ReadonlySet<Allocation>;
}
/**
 * Makes a device that has the traits and limits of another and creates no buffer. What builds plans for one builds them for the other,
 * so that sizes are not computed twice.
 */
export declare function createMeasuringDevice(device: Device): MeasuringDevice;
