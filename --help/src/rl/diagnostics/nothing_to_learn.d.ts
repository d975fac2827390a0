import type { Diagnosis } from "./contract.js";
/** No reward function scored any completion of the step, so no advantage is known. One such step is a fault of the rewards already. */
export declare const unscored: Diagnosis;
/** `maskTruncated` left out every completion of the step, so that it changed neither policy nor controller. */
export declare const allMasked: Diagnosis;
