import { Llama } from "./llama.ts";
import { type LlamaConfig, readLlamaConfig } from "./llama_config.ts";

/** Mistral (arXiv 2310.06825): Llama with a window of attention, of 4096 tokens where config.json has no key for it. */
export function mistralConfig(json: Readonly<Record<string, unknown>>): LlamaConfig {
  return readLlamaConfig(json, {
    model_type: "mistral",
    className: "Mistral",
    attentionBias: "none",
    mlpBias: "none",
    queryKeyNorm: false,
    maxPositions: 131_072,
    window: { otherwise: 4096, needsFlag: false, isLocal: () => true },
  });
}

export class Mistral extends Llama {}
