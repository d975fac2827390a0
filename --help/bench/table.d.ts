import type { Ceilings } from "./ceilings.js";
import type { ClockName } from "./clock.js";
import type { Comparison } from "./compare.js";
import type { BenchFailure, BenchResult } from "./harness.js";
/** The first lines: the adapter, the clock and the ceilings. */
export declare function preamble(adapter: string, software: boolean, clock: ClockName, { gflops, gigabytesPerSecond }: Ceilings): string;
export declare function heading(software: boolean, compared: boolean): string;
export declare function row(result: BenchResult, comparison: Comparison | "new" | undefined): string;
export declare function failureRow({ name, shape, reason }: BenchFailure): string;
