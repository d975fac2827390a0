import type { Diagnosis } from "./contract.js";
/** alpha stands at one limit and entropy comes no nearer: the target is out of reach, or alpha moves nothing. */
export declare const saturation: Diagnosis;
