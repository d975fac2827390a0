import { Llama } from "./llama.ts";
import { type LlamaConfig, readLlamaConfig } from "./llama_config.ts";
import { QWEN_WINDOW } from "./qwen2.ts";

/** Qwen3 (arXiv 2505.09388): Llama with an RMS norm on every query and key head, and a head_dim of its own. */
export function qwen3Config(json: Readonly<Record<string, unknown>>): LlamaConfig {
  return readLlamaConfig(json, {
    model_type: "qwen3",
    className: "Qwen3",
    attentionBias: "key",
    mlpBias: "none",
    queryKeyNorm: true,
    maxPositions: 32_768,
    window: QWEN_WINDOW,
    headDim: 128,
  });
}

export class Qwen3 extends Llama {}
