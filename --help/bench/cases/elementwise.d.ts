import type { BenchCase } from "../harness.js";
export declare const elementwiseCases: readonly BenchCase[];
