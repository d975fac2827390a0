import { Llama } from "./llama.ts";
import { type LlamaConfig, readLlamaConfig } from "./llama_config.ts";

/** Qwen2 and Qwen2.5 (arXiv 2407.10671, 2412.15115): Llama with biases on q, k and v. */
export function qwen2Config(json: Readonly<Record<string, unknown>>): LlamaConfig {
  return readLlamaConfig(json, {
    model_type: "qwen2",
    className: "Qwen2",
    attentionBias: "qkv",
    mlpBias: "none",
    queryKeyNorm: false,
    maxPositions: 32_768,
    slidingWindow: 4096,
    windowNeedsFlag: true,
  });
}

export class Qwen2 extends Llama {}
