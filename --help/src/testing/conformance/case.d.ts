import type { Device } from "../../gpu/device.js";
/** How much of the suite to run: seconds, a minute or two, or everything. */
export declare const LEVELS: readonly ["quick", "default", "full"];
export type Level = (typeof LEVELS)[number];
/** The first number of a result that is too far off. */
export interface WrongElement {
    /** By dimension. */
    readonly at: readonly number[];
    readonly actual: number;
    readonly expected: number;
}
/** How far one result of a case is off. */
export interface Measure {
    readonly name: string;
    readonly error: number;
    readonly tolerance: number;
    readonly shape?: readonly number[];
    readonly wrong?: WrongElement;
}
/** Ways in which a device of the same adapter may be opened. */
export interface DeviceWish {
    readonly lanes?: number;
    readonly subgroups?: boolean;
    readonly immediates?: boolean;
}
/** What a case runs with. */
export interface Bench {
    readonly device: Device;
    /** The same adapter, opened in another way. Opened once, and closed after the group. */
    readonly open: (wish: DeviceWish) => Promise<Device>;
    /** Another device like `device`, which the case destroys. */
    readonly openAnother: () => Promise<Device>;
    /** Writes down how the driver does something that it may do in several ways. */
    readonly note: (fact: string, value: string) => void;
}
/** One thing that a driver must do right. */
export interface ConformanceCase {
    /** Without commas, because they separate names on the command line. */
    readonly name: string;
    readonly level: Level;
    /** Why the device cannot run the case; undefined where it can. */
    readonly skip?: (device: Device) => string | undefined;
    readonly run: (bench: Bench) => Promise<readonly Measure[]>;
    /** Sizes, seeds and settings, for a report. */
    readonly details?: Readonly<Record<string, string>>;
}
export interface ConformanceGroup {
    readonly name: string;
    readonly description: string;
    readonly cases: readonly ConformanceCase[];
}
/** The error of a result, and its first wrong number where it is too large. */
export declare function measure(name: string, { actual, expected, shape, }: {
    readonly actual: ArrayLike<number>;
    readonly expected: ArrayLike<number>;
    readonly shape: readonly number[];
}, tolerance: number, byElement?: boolean): Measure;
/** Compares by bits: the error is the number of words that differ. */
export declare function sameBits(name: string, actual: ArrayBufferView, expected: ArrayBufferView, shape?: readonly number[]): Measure;
/** Whether something holds, as a measure. */
export declare function holds(name: string, condition: boolean): Measure;
export declare function isPassed({ error, tolerance }: Measure): boolean;
