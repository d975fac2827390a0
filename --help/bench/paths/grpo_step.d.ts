import type { BenchCase } from "../harness.js";
/** The quickstart's whole step: rollout, rewards, advantages, update. */
export declare const grpoStepCase: BenchCase;
