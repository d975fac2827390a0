import { Llama, llamaConfig } from "./llama.js";
/** Qwen2 (arXiv 2407.10671): Llama with biases on q, k and v. */
export function qwen2Config(json) {
    return llamaConfig(json, { attention_bias: true });
}
export class Qwen2 extends Llama {
}
