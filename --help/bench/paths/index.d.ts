import type { BenchCase } from "../harness.js";
/** What users wait for, from the host's call to its result, in tokens a second. */
export declare const pathCases: readonly BenchCase[];
