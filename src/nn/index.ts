export { CausalSelfAttention, type CausalSelfAttentionOptions, RotaryEmbedding, attend } from "./attention.ts";
export { Embedding } from "./embedding.ts";
export { LanguageModel } from "./language_model.ts";
export { Conv1D, Linear, fusedLinear } from "./linear.ts";
export { GatedMlp } from "./mlp.ts";
export { Constant, Module, Parameter } from "./module.ts";
export { LayerNorm, RMSNorm } from "./norm.ts";
export { type KeyValueCache, type Rows, inputRows, packRows } from "./rows.ts";
