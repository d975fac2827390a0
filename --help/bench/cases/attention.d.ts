import type { BenchCase } from "../harness.js";
export declare const attentionCases: readonly BenchCase[];
