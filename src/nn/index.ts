/** Modules: layers with parameters whose `forward` is ordinary TypeScript over symbolic tensors. @module */
export { type AttentionNames, attend, CausalSelfAttention, type CausalSelfAttentionOptions, RotaryEmbedding } from "./attention.ts";
export { Embedding } from "./embedding.ts";
export { LanguageModel } from "./language_model.ts";
export { Conv1D, fusedLinear, Linear } from "./linear.ts";
export { addAdapters, LORA_DEFAULTS, type LoraOptions } from "./lora.ts";
export { GatedMlp, type GatedMlpNames, type GatedMlpOptions } from "./mlp.ts";
export { Constant, Module, Parameter } from "./module.ts";
export { LayerNorm, RMSNorm, UnweightedRMSNorm } from "./norm.ts";
export { Projection, withoutAdapters } from "./projection.ts";
export {
  inputRows,
  type KeyValueCache,
  type PackedGroups,
  type PackedRows,
  packGroups,
  packRows,
  type Rows,
  type SequenceGroup,
} from "./rows.ts";
export { ShortConv, type ShortConvOptions } from "./short_conv.ts";
