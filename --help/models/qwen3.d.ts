import { Llama, type LlamaConfig } from "./llama.js";
/** Qwen3 (arXiv 2505.09388): Llama with an RMS norm on every query and key head, and a head_dim of its own. */
export declare function qwen3Config(json: Readonly<Record<string, unknown>>): LlamaConfig;
export declare class Qwen3 extends Llama {
}
