import { type nn, readConfig } from "../src/engine.ts";
import { Gemma2, gemma2Config } from "./gemma2.ts";
import { Gemma3, gemma3Config } from "./gemma3.ts";
import { GptNeo } from "./gpt_neo.ts";
import { gptNeoConfig } from "./gpt_neo_config.ts";
import { GptNeoX } from "./gpt_neox.ts";
import { gptNeoXConfig } from "./gpt_neox_config.ts";
import { Gpt2, gpt2Config } from "./gpt2.ts";
import { Granite, graniteConfig } from "./granite.ts";
import { Granite4, granite4Config } from "./granite4.ts";
import { Lfm2 } from "./lfm2.ts";
import { lfm2Config } from "./lfm2_config.ts";
import { Llama, llamaConfig } from "./llama.ts";
import { Mistral, mistralConfig } from "./mistral.ts";
import { NanoChat } from "./nanochat.ts";
import { nanoChatConfig } from "./nanochat_config.ts";
import { Olmo2, olmo2Config } from "./olmo2.ts";
import { Phi3, phi3Config } from "./phi3.ts";
import { Qwen2, qwen2Config } from "./qwen2.ts";
import { Qwen3, qwen3Config } from "./qwen3.ts";
import { SmolLm3, smolLm3Config } from "./smollm3.ts";

type Json = Readonly<Record<string, unknown>>;

/** Architectures by Hugging Face's `model_type`. A new one is a file in this folder and a line here. */
export const architectures: Readonly<Record<string, (config: Json) => nn.LanguageModel>> = {
  gemma2: (config) => new Gemma2(gemma2Config(config)),
  gemma3_text: (config) => new Gemma3(gemma3Config(config)),
  gpt2: (config) => new Gpt2(gpt2Config(config)),
  gpt_neo: (config) => new GptNeo(gptNeoConfig(config)),
  gpt_neox: (config) => new GptNeoX(gptNeoXConfig(config)),
  granite: (config) => new Granite(graniteConfig(config)),
  granitemoehybrid: (config) => new Granite4(granite4Config(config)),
  lfm2: (config) => new Lfm2(lfm2Config(config)),
  llama: (config) => new Llama(llamaConfig(config)),
  mistral: (config) => new Mistral(mistralConfig(config)),
  nanochat: (config) => new NanoChat(nanoChatConfig(config)),
  olmo2: (config) => new Olmo2(olmo2Config(config)),
  phi3: (config) => new Phi3(phi3Config(config)),
  qwen2: (config) => new Qwen2(qwen2Config(config)),
  qwen3: (config) => new Qwen3(qwen3Config(config)),
  smollm3: (config) => new SmolLm3(smolLm3Config(config)),
};

/** Builds the model a config.json describes. @throws EngineError for a model type that is not known here */
export function buildModel(config: Json): nn.LanguageModel {
  const name = readConfig(config).oneOf("model_type", Object.keys(architectures));
  return architectures[name]!(config);
}
