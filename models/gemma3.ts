import { Gemma } from "./gemma.ts";
import { type GemmaConfig, readGemmaConfig } from "./gemma_config.ts";

/** The text models of Gemma 3 (arXiv 2503.19786), such as those of 270M and 1B: queries and keys are normed, and nothing is capped. */
export function gemma3Config(json: Readonly<Record<string, unknown>>): GemmaConfig {
  return readGemmaConfig(json, {
    model_type: "gemma3_text",
    classes: ["Gemma3ForCausalLM", "Gemma3TextModel"],
    queryKeyNorm: true,
    vocabulary: 262_208,
    maxPositions: 131_072,
    pattern: 6,
    theta: 1_000_000,
    localTheta: 10_000,
    attentionCap: undefined,
    logitCap: undefined,
  });
}

export class Gemma3 extends Gemma {}
