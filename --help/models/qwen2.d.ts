import { Llama, type LlamaConfig } from "./llama.js";
/** Qwen2 (arXiv 2407.10671): Llama with biases on q, k and v. */
export declare function qwen2Config(json: Readonly<Record<string, unknown>>): LlamaConfig;
export declare class Qwen2 extends Llama {
}
