import { buildModel } from "../../models/index.ts";
import type { Device } from "../../src/gpu/device.ts";
import type { LanguageModel } from "../../src/nn/language_model.ts";
import { type PlacedModule, placeModule } from "../../src/nn/place.ts";
import { initializeRepeatedly } from "../pattern.ts";

/** A model with random weights, and the rows of one training step. */
export interface Shape {
  readonly name: string;
  /** As in config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Tokens of a sequence, and sequences of a training step. */
  readonly length: number;
  readonly batch: number;
  /** The positions that a sequence has when it is decoded. */
  readonly context: number;
}

interface Gpt2Sizes {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly length: number;
  readonly batch: number;
}

function gpt2(name: string, { layers, width, heads, vocabulary, length, batch }: Gpt2Sizes): Shape {
  const config = { model_type: "gpt2", vocab_size: vocabulary, n_embd: width, n_layer: layers, n_head: heads, n_positions: length };
  return { name, config, length, batch, context: length };
}

const QWEN = {
  model_type: "qwen2",
  hidden_size: 896,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  intermediate_size: 4864,
  vocab_size: 151_936,
  max_position_embeddings: 1024,
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  tie_word_embeddings: true,
  hidden_act: "silu",
} as const;

/** S, M and L are those of bench/peers; Qwen has the shape of Qwen2.5-0.5B. */
export const SHAPES: readonly Shape[] = [
  gpt2("S", { layers: 4, width: 128, heads: 4, vocabulary: 64, length: 64, batch: 16 }),
  gpt2("M", { layers: 6, width: 256, heads: 8, vocabulary: 64, length: 128, batch: 8 }),
  gpt2("L", { layers: 12, width: 768, heads: 12, vocabulary: 50_257, length: 512, batch: 4 }),
  { name: "Qwen", config: QWEN, length: 1024, batch: 4, context: 576 },
];

/** The same kind of model, small enough for a software GPU: what is tried is the way, not the speed. */
export function miniature(shape: Shape): Shape {
  const small = { n_layer: 1, num_hidden_layers: 1, n_embd: 64, hidden_size: 64, n_head: 2, num_attention_heads: 4, intermediate_size: 96 };
  const sizes = { ...small, vocab_size: shape.name === "L" ? 257 : 256, max_position_embeddings: 64, n_positions: 64 };
  const config = Object.fromEntries(Object.entries(shape.config).map(([key, value]) => [key, sizes[key as keyof typeof sizes] ?? value]));
  return { ...shape, config, length: 16, batch: 2, context: 48 };
}

/** Builds a shape on a device, with random weights. */
export function place(device: Device, { config }: Shape): { readonly model: LanguageModel; readonly placed: PlacedModule } {
  const model = buildModel(config);
  const placed = placeModule(device, model);
  initializeRepeatedly(placed, 1);
  return { model, placed };
}
