import { add, nn, type Rows, reluSquared, scope, type Tensor } from "../src/engine.ts";
import { HeadedModel } from "./headed_model.ts";
import type { NanoChatConfig } from "./nanochat_config.ts";

/** fc2(max(fc1(x), 0)^2) */
class NanoChatMlp extends nn.Module {
  readonly fc1: nn.Linear;
  readonly fc2: nn.Linear;

  constructor({ hidden_size, intermediate_size, num_hidden_layers, initializer_range: std }: NanoChatConfig) {
    super();
    this.fc1 = new nn.Linear(hidden_size, intermediate_size, { std });
    this.fc2 = new nn.Linear(intermediate_size, hidden_size, { std: std / Math.sqrt(2 * num_hidden_layers) });
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor): Tensor {
    return this.fc2.forward(reluSquared(this.fc1.forward(x)));
  }
}

class NanoChatBlock extends nn.Module {
  readonly norm: nn.UnweightedRMSNorm;
  readonly self_attn: nn.CausalSelfAttention;
  readonly mlp: NanoChatMlp;

  constructor(config: NanoChatConfig, norm: nn.UnweightedRMSNorm, rotary: nn.RotaryEmbedding) {
    super();
    const { initializer_range: std, num_hidden_layers: layers } = config;
    this.norm = norm;
    this.self_attn = new nn.CausalSelfAttention({
      hiddenSize: config.hidden_size,
      heads: config.num_attention_heads,
      keyValueHeads: config.num_key_value_heads,
      headDim: config.head_dim,
      bias: config.attention_bias,
      outputBias: config.attention_bias,
      // It norms heads once they are rotated, which comes to the same: turning a vector does not change its length.
      queryKeyNormEps: config.rms_norm_eps,
      normWeights: false,
      rotary,
      std,
      outputStd: std / Math.sqrt(2 * layers),
    });
    this.mlp = new NanoChatMlp(config);
  }

  /** x: [N, C] -> [N, C] */
  forward(x: Tensor, rows: Rows): Tensor {
    const attended = add(x, this.self_attn.forward(this.norm.forward(x), rows));
    return add(attended, this.mlp.forward(this.norm.forward(attended)));
  }
}

class NanoChatModel extends nn.Module {
  readonly embed_tokens: nn.Embedding;
  readonly layers: readonly NanoChatBlock[];
  readonly norm: nn.UnweightedRMSNorm;

  constructor(config: NanoChatConfig) {
    super();
    const { max_position_embeddings: positions, head_dim: headDim, rope } = config;
    const { theta, scaling } = rope;
    const rotary = new nn.RotaryEmbedding({ positions, headDim, theta, ...(scaling ? { scaling } : {}), isReversed: true });
    this.embed_tokens = new nn.Embedding(config.vocab_size, config.hidden_size, config.initializer_range);
    this.norm = new nn.UnweightedRMSNorm(config.hidden_size, config.rms_norm_eps);
    this.layers = Array.from({ length: config.num_hidden_layers }, () => new NanoChatBlock(config, this.norm, rotary));
  }

  /** tokens: [N] -> [N, C] */
  forward(tokens: Tensor, rows: Rows): Tensor {
    let x = this.norm.forward(this.embed_tokens.forward(tokens));
    this.layers.forEach((layer, i) => {
      x = scope(`layers.${i}`, () => layer.forward(x, rows));
    });
    return this.norm.forward(x);
  }
}

/** nanochat (Karpathy, 2025): norms without weights, also of queries and keys, an MLP of max(x, 0)^2, and a cap on logits. */
export class NanoChat extends HeadedModel {
  constructor(config: NanoChatConfig) {
    super(config, new NanoChatModel(config));
  }
}
