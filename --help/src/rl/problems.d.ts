import type { Tokenizer } from "../data/tokenizer.js";
import type { Problem } from "../tasks/task.js";
/**
 * Refuses problems that cannot be trained on, before anything is built for them. `option` is the name that messages give the list.
 * @throws ConfigError naming the record, what is wrong with it, and the remedy
 */
export declare function checkProblems(option: string, problems: readonly Problem[], { least }?: {
    least?: number | undefined;
}): void;
/**
 * Refuses prompts, and a text that ends completions, which the model's tokenizer cannot write.
 * @throws ConfigError with the tokenizer's reason, and what to do about it
 */
export declare function checkVocabulary(tokenizer: Tokenizer, prompts: readonly string[], stop: string): void;
/** Refuses a text that ends completions which is none. The empty text stands for none. */
export declare function checkStop(stop: unknown): void;
