import { type Controller } from "../../control/index.js";
import type { TrainConfig } from "./sections.js";
/** The contradictions between options that are each inside their range, one line each. */
export declare function contradictions({ grpo, entropy, eval: evaluation }: TrainConfig): string[];
/** Whether prompts and completions, each in its range, make more completions at a time than can be meant. */
export declare function tooManySampled(section: string, { prompts, completions }: {
    prompts: number;
    completions: number;
}): string[];
/** A weight decay that would take more than the whole of a weight away in a step, so that weights alternate and grow. */
export declare function decayProblems(section: string, { learningRate, weightDecay }: Rates): string[];
interface Rates {
    readonly learningRate: number;
    readonly weightDecay: number;
}
/** Checks a configuration against its model: entropy targets against ln V, and lengths against the context. Throws ConfigError. */
export declare function checkAgainstModel(config: TrainConfig, model: {
    vocabSize: number;
    contextLength: number;
}, { holds }?: Controller): void;
export {};
