import type { BenchCase } from "../harness.js";
export declare const embeddingCases: readonly BenchCase[];
