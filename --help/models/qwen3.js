import { Llama, llamaConfig } from "./llama.js";
/** Qwen3 (arXiv 2505.09388): Llama with an RMS norm on every query and key head, and a head_dim of its own. */
export function qwen3Config(json) {
    return llamaConfig({ head_dim: 128, ...json }, { query_key_norm: true });
}
export class Qwen3 extends Llama {
}
