import { type ConfigReader, readConfig } from "../src/engine.ts";
import { Llama, LlamaBlock } from "./llama.ts";
import { type LlamaConfig, readLlamaConfig } from "./llama_config.ts";

interface SmolLm3Config extends LlamaConfig {
  /** By layer: whether queries and keys are rotated. */
  readonly rotated: readonly boolean[];
}

/** SmolLM3 (Hugging Face, 2025): Llama, every fourth layer of which attends without positions (NoPE, arXiv 2501.18795). */
export function smolLm3Config(json: Readonly<Record<string, unknown>>): SmolLm3Config {
  const { no_rope_layers, no_rope_layer_interval, ...others } = json;
  const isRotated = rotationOf(readConfig({ no_rope_layers, no_rope_layer_interval }), others.num_hidden_layers);
  const config = readLlamaConfig(others, {
    model_type: "smollm3",
    className: "SmolLM3",
    attentionBias: "key",
    mlpBias: "key",
    queryKeyNorm: false,
    maxPositions: 32_768,
    window: { otherwise: null, needsFlag: true, isLocal: (layer) => !isRotated(layer) },
    keyValueHeads: 4,
    ropeTheta: 2_000_000,
    tied: true,
  });
  return { ...config, rotated: Array.from({ length: config.num_hidden_layers }, (_, layer) => isRotated(layer)) };
}

/** Whether a layer rotates. Despite its name no_rope_layers has a 1 for each layer that does, and a 0 for each that does not. */
function rotationOf(read: ConfigReader, layers: unknown): (layer: number) => boolean {
  const interval = read.integer("no_rope_layer_interval", 4);
  const given = read.value("no_rope_layers");
  if (given === undefined) return (layer) => (layer + 1) % interval !== 0;
  if (!(Array.isArray(given) && given.length >= Number(layers) && given.every((flag) => flag === 0 || flag === 1))) {
    read.refuse("no_rope_layers", `absent, or 0 or 1 for each of the ${layers} layers`);
  }
  return (layer) => (given as number[])[layer] === 1;
}

export class SmolLm3 extends Llama {
  constructor({ rotated, ...config }: SmolLm3Config) {
    super(config, (own, rotary, layer) => new LlamaBlock(own, { rotary: rotated[layer] ? rotary : undefined, window: own.windows[layer] }));
  }
}
