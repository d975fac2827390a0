/** Modules: layers with parameters whose `forward` is ordinary TypeScript over symbolic tensors. @module */
export { attend, CausalSelfAttention, type CausalSelfAttentionOptions, RotaryEmbedding } from "./attention.js";
export { Embedding } from "./embedding.js";
export { LanguageModel } from "./language_model.js";
export { Conv1D, fusedLinear, Linear } from "./linear.js";
export { GatedMlp } from "./mlp.js";
export { Constant, Module, Parameter } from "./module.js";
export { LayerNorm, RMSNorm } from "./norm.js";
export { inputRows, type KeyValueCache, packRows, type Rows } from "./rows.js";
