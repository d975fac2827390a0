import type { BenchCase } from "../harness.js";
export declare const normCases: readonly BenchCase[];
