import type { Sampler } from "../../policy/sampler.js";
import { type Run } from "../run.js";
import { type Sampled } from "./dynamic_sampling.js";
/** Samples the completions of a step and rewards them. */
export interface StepSampler {
    /** The sampler itself, which evaluations use too. */
    readonly sampler: Sampler;
    sample(step: number): Promise<SampledStep>;
    destroy(): void;
}
/** `milliseconds` is the time of sampling without that of the rewards. */
export type SampledStep = Sampled & {
    readonly milliseconds: number;
};
export declare function createStepSampler(run: Run): Promise<StepSampler>;
