import type { BenchCase } from "../harness.js";
export declare const headCases: readonly BenchCase[];
