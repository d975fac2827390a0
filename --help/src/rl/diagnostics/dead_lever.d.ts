import type { Diagnosis } from "./contract.js";
/** The probability gate lets hardly any token through. */
export declare const deadLeverGate: Diagnosis;
/** Nearly all groups have equal rewards, so that advantages are 0: the policy learns nothing, and alpha has nothing to reweight. */
export declare const deadLeverRewards: Diagnosis;
