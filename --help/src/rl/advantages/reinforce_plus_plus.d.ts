/**
 * (R - mean) / (std + 1e-6), both of the whole batch: prompts are compared with each other, and a group without spread still teaches
 * (REINFORCE++: Hu 2025, arXiv 2501.03262). Both are taken over completions, not over tokens, so long completions weigh no more than short ones.
 */
export declare const reinforcePlusPlus: import("./contract.js").Advantage;
