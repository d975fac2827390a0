import { readConfig } from "../src/engine.js";
import { Gpt2, gpt2Config } from "./gpt2.js";
import { Llama, llamaConfig } from "./llama.js";
import { Qwen2, qwen2Config } from "./qwen2.js";
import { Qwen3, qwen3Config } from "./qwen3.js";
/** Architectures by Hugging Face's `model_type`. A new one is a file in this folder and a line here. */
export const architectures = {
    gpt2: (config) => new Gpt2(gpt2Config(config)),
    llama: (config) => new Llama(llamaConfig(config)),
    qwen2: (config) => new Qwen2(qwen2Config(config)),
    qwen3: (config) => new Qwen3(qwen3Config(config)),
};
/** Builds the model a config.json describes. @throws EngineError for a model type that is not known here */
export function buildModel(config) {
    const name = readConfig(config).oneOf("model_type", Object.keys(architectures));
    return architectures[name](config);
}
