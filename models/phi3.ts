import { Llama } from "./llama.ts";
import { type LlamaConfig, readLlamaConfig } from "./llama_config.ts";

/** Phi-3 (arXiv 2404.14219), 3.5 and 4-mini: Llama with q, k and v in one matrix, gate and up in another, and LongRoPE. */
export function phi3Config(json: Readonly<Record<string, unknown>>): LlamaConfig {
  return readLlamaConfig(json, {
    model_type: "phi3",
    className: "Phi3",
    attentionBias: "none",
    mlpBias: "none",
    queryKeyNorm: false,
    fused: true,
    isPartial: true,
    maxPositions: 4096,
    originalPositions: 4096,
    window: { otherwise: null, needsFlag: false, isLocal: () => true },
    rmsNormEps: 1e-5,
  });
}

export class Phi3 extends Llama {}
