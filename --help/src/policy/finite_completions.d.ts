import type { Completion } from "./sequence_memory.js";
/** @throws NotFiniteError where the model gave a token a log-probability that is not finite: what was drawn then means nothing */
export declare function requireFiniteCompletions(completions: readonly Pick<Completion, "logprobs" | "entropies">[]): void;
