import type { BenchCase } from "../harness.js";
import { type Size } from "./size.js";
export declare const trainingStepCases: readonly BenchCase[];
/** One supervised step: forward, cross-entropy, backward, gradient norm and AdamW in one submission, until the loss is on the host. */
export declare function trainingStepCase(size: Size): BenchCase;
