import type { BenchCase } from "../harness.js";
export declare const matmulCases: readonly BenchCase[];
