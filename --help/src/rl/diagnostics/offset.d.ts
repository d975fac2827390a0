import type { Diagnosis } from "./contract.js";
/** Entropy has come to rest beside its target although alpha is free to move: the integral is missing, or too slow for GRPO's drift. */
export declare const offset: Diagnosis;
