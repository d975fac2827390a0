import type { BenchCase } from "../harness.js";
export declare const policyCases: readonly BenchCase[];
