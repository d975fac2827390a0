import { SHAPES, type Shape } from "../gpu_day/shapes.ts";

/** The shape of Gemma 3 of 270M with fewer layers: normed heads of 256 values, windows, and GELU beside a gate. */
const GEMMA = {
  model_type: "gemma3_text",
  hidden_size: 640,
  num_hidden_layers: 6,
  num_attention_heads: 4,
  num_key_value_heads: 1,
  head_dim: 256,
  intermediate_size: 2048,
  sliding_window: 512,
  query_pre_attn_scalar: 256,
  hidden_activation: "gelu_pytorch_tanh",
  vocab_size: 262_144,
  max_position_embeddings: 1024,
  rms_norm_eps: 1e-6,
} as const;

/** The shapes of a day with a GPU, and one with what they lack. */
export const COMPILED_SHAPES: readonly Shape[] = [...SHAPES, { name: "Gemma", config: GEMMA, length: 1024, batch: 1, context: 576 }];
