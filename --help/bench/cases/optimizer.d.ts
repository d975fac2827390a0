import type { BenchCase } from "../harness.js";
export declare const optimizerCases: readonly BenchCase[];
