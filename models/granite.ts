import { Llama } from "./llama.ts";
import { type LlamaConfig, readLlamaConfig } from "./llama_config.ts";

/** Granite 3 (IBM, 2024): Llama with constant factors on embeddings, branches of layers, scores of attention and logits. */
export function graniteConfig(json: Readonly<Record<string, unknown>>): LlamaConfig {
  return readLlamaConfig(json, {
    model_type: "granite",
    className: "Granite",
    attentionBias: "key",
    mlpBias: "key",
    queryKeyNorm: false,
    hasMultipliers: true,
    maxPositions: 2048,
  });
}

export class Granite extends Llama {}
