import { add, type ConfigReader, LARGEST, nn, type Rows, readConfig, swiglu, type Tensor } from "../src/engine.ts";
import { attentionOf, type Block, Llama, spreads, times } from "./llama.ts";
import { type LlamaConfig, readLlamaConfig } from "./llama_config.ts";

export interface Granite4Config extends LlamaConfig {
  /** Whether queries and keys are rotated. Where they are not, tokens attend without positions. */
  readonly rotated: boolean;
}

/** What shapes experts and Mamba layers, of which the models that are read have none, and what trains or starts them. */
const OF_ABSENT_PARTS = /^(?:mamba_.*|time_step_.*|num_experts_per_tok|output_router_logits|router_aux_loss_coef|init_method)$/;

/** Granite 4.0 (IBM, 2025) without Mamba layers and experts, such as those of 350M, 1B and 3B (micro): Granite 3 with gate and up as one matrix. */
export function granite4Config(json: Readonly<Record<string, unknown>>): Granite4Config {
  const { num_local_experts, layer_types, position_embedding_type, normalization_function, shared_intermediate_size, ...rest } = json;
  const { intermediate_size: _ofExperts, ...others } = rest;
  const read = readConfig({ num_local_experts, layer_types, position_embedding_type, normalization_function, shared_intermediate_size });
  requireDense(read, readConfig(others).integer("num_hidden_layers", undefined, LARGEST.layers));
  read.oneOf("normalization_function", ["rmsnorm"], "rmsnorm");
  const rotated = read.oneOf("position_embedding_type", ["rope", "nope"], "nope") === "rope";
  const intermediate_size = read.integer("shared_intermediate_size", 1024, LARGEST.width);
  const known = Object.fromEntries(Object.entries(others).filter(([key]) => !OF_ABSENT_PARTS.test(key)));
  const config = readLlamaConfig(
    { ...known, intermediate_size },
    {
      model_type: "granitemoehybrid",
      className: "GraniteMoeHybrid",
      attentionBias: "key",
      mlpBias: "none",
      queryKeyNorm: false,
      hasMultipliers: true,
      maxPositions: 2048,
    },
  );
  return { ...config, rotated };
}

/** Where config.json does not say, transformers makes eight experts, and Mamba layers alone. */
function requireDense(read: ConfigReader, layers: number): void {
  if (read.value("num_local_experts") !== 0) read.refuse("num_local_experts", "0, because mixtures of experts are not built here");
  const types = read.value("layer_types");
  const isDense = Array.isArray(types) && types.length === layers && types.every((type) => type === "attention");
  if (!isDense) read.refuse("layer_types", `"attention" for each of the ${layers} layers, because Mamba layers are not built here`);
}

/** output(silu(gate) * up), with gate and up as the columns of one product. */
class SharedMlp extends nn.Module {
  readonly input_linear: nn.Linear;
  readonly output_linear: nn.Linear;

  constructor(config: LlamaConfig) {
    super();
    const { std, outputStd } = spreads(config);
    this.input_linear = new nn.Linear(config.hidden_size, 2 * config.intermediate_size, { std });
    this.output_linear = new nn.Linear(config.intermediate_size, config.hidden_size, { std: outputStd });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return this.output_linear.forward(swiglu(this.input_linear.forward(x)));
  }
}

class Granite4Block extends nn.Module implements Block {
  readonly input_layernorm: nn.RMSNorm;
  readonly self_attn: nn.CausalSelfAttention;
  readonly post_attention_layernorm: nn.RMSNorm;
  readonly shared_mlp: SharedMlp;
  readonly residual: number;

  constructor(config: LlamaConfig, rotary: nn.RotaryEmbedding | undefined) {
    super();
    this.input_layernorm = new nn.RMSNorm(config.hidden_size, config.rms_norm_eps);
    this.self_attn = attentionOf(config, { rotary, window: undefined });
    this.post_attention_layernorm = new nn.RMSNorm(config.hidden_size, config.rms_norm_eps);
    this.shared_mlp = new SharedMlp(config);
    this.residual = config.multipliers.residual;
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const attended = add(x, times(this.self_attn.forward(this.input_layernorm.forward(x), rows), this.residual));
    return add(attended, times(this.shared_mlp.forward(this.post_attention_layernorm.forward(attended)), this.residual));
  }
}

export class Granite4 extends Llama {
  constructor({ rotated, ...config }: Granite4Config) {
    super(config, (own, rotary) => new Granite4Block(own, rotated ? rotary : undefined));
  }
}
