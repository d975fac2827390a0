import type { Tensor } from "../graph/tensor.ts";
import { Module, type Parameter } from "./module.ts";
import type { Rows } from "./rows.ts";

/**
 * A causal transformer. `forward` stops before the head: the policy multiplies by the head itself, a chunk of rows at a time, so that the
 * logits of a large batch are never whole in memory.
 */
export abstract class LanguageModel extends Module {
  abstract readonly vocabSize: number;
  /** Longest sequence the model can take, in tokens. */
  abstract readonly contextLength: number;
  /** Width of the last hidden state. */
  abstract readonly hiddenSize: number;

  /**
   * Whether sequences that begin alike may share the rows of that beginning (Rows.shared): true where rows meet in `attend` alone. Prompts
   * are then computed once for all completions of them in an update. Default: not.
   */
  readonly sharesRows: boolean = false;

  /** Where logits have a cap (Gemma 2): they are cap tanh(hidden head^T / cap). Default: none. */
  readonly logitCap: number | undefined = undefined;

  /** tokens: [N] u32 -> the last hidden state [N, C], normalised, ready for the head. */
  abstract forward(tokens: Tensor, rows: Rows): Tensor;

  /** The head's matrix [V, C]: logits = hidden head^T, below logitCap where there is one. */
  abstract head(): Parameter;
}
