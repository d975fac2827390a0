import type { Diagnosis } from "./contract.js";
/** Entropy swings around its target, and a large alpha swings with it: the gain is too high for the policy, or it only amplifies noise. */
export declare const oscillation: Diagnosis;
