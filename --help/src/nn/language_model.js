import { Module } from "./module.js";
/**
 * A causal transformer. `forward` stops before the head: the policy multiplies by the head itself, a chunk of rows at a
 * time, so that the logits of a batch are never whole in memory.
 */
export class LanguageModel extends Module {
}
