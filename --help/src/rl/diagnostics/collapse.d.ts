import type { Diagnosis } from "./contract.js";
/** Entropy has fallen towards 0 and is not coming back, without control or in spite of it. */
export declare const collapse: Diagnosis;
