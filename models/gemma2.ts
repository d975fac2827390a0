import { Gemma } from "./gemma.ts";
import { type GemmaConfig, readGemmaConfig } from "./gemma_config.ts";

/** Gemma 2 (arXiv 2408.00118): scores of attention and logits are capped, and every other layer attends within a window. */
export function gemma2Config(json: Readonly<Record<string, unknown>>): GemmaConfig {
  return readGemmaConfig(json, {
    model_type: "gemma2",
    classes: ["Gemma2ForCausalLM", "Gemma2Model"],
    queryKeyNorm: false,
    vocabulary: 256_000,
    maxPositions: 8192,
    pattern: 2,
    theta: 10_000,
    localTheta: undefined,
    attentionCap: 50,
    logitCap: 30,
  });
}

export class Gemma2 extends Gemma {}
