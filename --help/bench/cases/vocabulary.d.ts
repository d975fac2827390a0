import type { BenchCase } from "../harness.js";
export declare const vocabularyCases: readonly BenchCase[];
export declare const samplingCases: readonly BenchCase[];
