import { Llama } from "./llama.ts";
import { type LlamaConfig, readLlamaConfig, type WindowRule } from "./llama_config.ts";

/** Layers from max_window_layers on attend within the window, where use_sliding_window asks for it. */
export const QWEN_WINDOW: WindowRule = {
  otherwise: 4096,
  needsFlag: true,
  isLocal: (layer, read) => layer >= read.number("max_window_layers", 28, { min: 0 }),
};

/** Qwen2 and Qwen2.5 (arXiv 2407.10671, 2412.15115): Llama with biases on q, k and v. */
export function qwen2Config(json: Readonly<Record<string, unknown>>): LlamaConfig {
  return readLlamaConfig(json, {
    model_type: "qwen2",
    className: "Qwen2",
    attentionBias: "qkv",
    mlpBias: "none",
    queryKeyNorm: false,
    maxPositions: 32_768,
    window: QWEN_WINDOW,
  });
}

export class Qwen2 extends Llama {}
