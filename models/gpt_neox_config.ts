import {
  type ConfigReader,
  EngineError,
  type GeluForm,
  LARGEST,
  type LanguageModelConfig,
  type RopeConfig,
  readCommonKeys,
  readConfig,
  readRope,
  readRotaryFraction,
} from "../src/engine.ts";
import { requireDivisor, TANH_GELU } from "./gpt_config.ts";

/** Keys are Hugging Face's, but for the last three. */
export interface GptNeoXConfig extends LanguageModelConfig {
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly max_position_embeddings: number;
  readonly layer_norm_eps: number;
  /** Biases on queries, keys and values, and on what attention puts out. */
  readonly attention_bias: boolean;
  /** Whether attention and MLP read the same numbers, and their results are added. */
  readonly use_parallel_residual: boolean;
  readonly tie_word_embeddings: boolean;
  readonly initializer_range: number;
  readonly gelu: GeluForm;
  /** How many numbers of a head are rotated, from the first on. */
  readonly rotary_width: number;
  readonly rope: RopeConfig;
}

/** Reads a config.json. @throws EngineError naming a key that is wrong, or that changes the model and is not honoured */
export function gptNeoXConfig(json: Readonly<Record<string, unknown>>): GptNeoXConfig {
  const read = readConfig(json);
  readCommonKeys(read, ["GPTNeoXForCausalLM", "GPTNeoXModel"]);
  const hidden_size = read.integer("hidden_size", undefined, LARGEST.width);
  const num_attention_heads = read.integer("num_attention_heads", undefined, LARGEST.heads);
  requireDivisor(["num_attention_heads", num_attention_heads], ["hidden_size", hidden_size]);
  const positions = read.integer("max_position_embeddings", 2048, LARGEST.positions);
  const config = {
    model_type: "gpt_neox",
    vocab_size: read.integer("vocab_size", undefined, LARGEST.vocabulary),
    hidden_size,
    num_hidden_layers: read.integer("num_hidden_layers", undefined, LARGEST.layers),
    intermediate_size: read.integer("intermediate_size", undefined, LARGEST.width),
    num_attention_heads,
    max_position_embeddings: positions,
    layer_norm_eps: read.eps("layer_norm_eps", 1e-5),
    attention_bias: read.flag("attention_bias", true),
    use_parallel_residual: read.flag("use_parallel_residual", true),
    tie_word_embeddings: read.flag("tie_word_embeddings", false),
    initializer_range: read.number("initializer_range", 0.02, { min: 0, max: 10 }),
    gelu: read.oneOf("hidden_act", ["gelu", ...TANH_GELU], "gelu") === "gelu" ? ("erf" as const) : ("tanh" as const),
    ...readRotation(read, positions, hidden_size / num_attention_heads),
  };
  read.refuseOthers(["model_type"]);
  return config;
}

/** transformers 4 calls the base of the angles rotary_emb_base, and the part of a head that is rotated rotary_pct. */
function readRotation(read: ConfigReader, positions: number, headWidth: number): Pick<GptNeoXConfig, "rope" | "rotary_width"> {
  const base = read.number("rotary_emb_base", 10_000, { min: 1, max: 1e12 });
  const rope = readRope(read, positions, { theta: base, isPartial: true });
  if (read.value("rotary_emb_base") !== undefined && rope.theta !== base) {
    read.refuse("rotary_emb_base", `the same as rope_theta (${rope.theta}), or absent`);
  }
  const fraction = readRotaryFraction(read, 0.25, "rotary_pct");
  const rotary_width = Math.floor(headWidth * fraction);
  if (headWidth % 2 !== 0 || rotary_width % 2 !== 0 || rotary_width === 0) {
    const found = `heads of ${headWidth}, of which rotary_pct (${fraction}) rotates ${rotary_width}`;
    throw new EngineError(`config.json: hidden_size over num_attention_heads gives ${found}; both must be even, because angles turn pairs`);
  }
  if (positions * rotary_width > LARGEST.angles) {
    read.refuse("max_position_embeddings", `at most ${Math.floor(LARGEST.angles / rotary_width)}`);
  }
  return { rope, rotary_width };
}
