import { Llama, type LlamaConfig, llamaConfig } from "./llama.ts";

/** Qwen2 (arXiv 2407.10671): Llama with biases on q, k and v. */
export function qwen2Config(json: Readonly<Record<string, unknown>>): LlamaConfig {
  return llamaConfig(json, { attention_bias: true });
}

export class Qwen2 extends Llama {}
