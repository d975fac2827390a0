import type { Diagnosis } from "./contract.js";
/**
 * A step with numbers that are not finite. Where a gradient is among them, or what AdamW would make of it, the optimiser leaves parameters and
 * moments as they were.
 */
export declare const nonFinite: Diagnosis;
