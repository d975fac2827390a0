export interface Prompt {
  readonly ids: readonly number[];
  /** Keys the random numbers: the same key, seed and prompt give the same completion in any batch. */
  readonly key: number;
}

/** A sampled completion: its tokens, and what the policy said of each. */
export interface Completion {
  readonly ids: readonly number[];
  /**
   * Log-probability of every token and entropy of its distribution, in nats: of softmax(logits / temperature) over all tokens, whatever
   * top-k, top-p, min-p, a repetition penalty or banned tokens left of them for the draw.
   */
  readonly logprobs: Float32Array;
  readonly entropies: Float32Array;
  /** stop: a token or a text that ends it; length: it has as many tokens as were allowed; aborted: a signal ended it. */
  readonly finishReason: "stop" | "length" | "aborted";
}
