// What is known of a token, and what the loss computes for it. src/ops/records.ts lists the same fields in the same order.
struct TokenInput {
  old_logp: f32, // log-probability of the action when it was sampled
  reference_logp: f32, // and under the reference policy
  advantage: f32,
  weight: f32, // the token's share of the loss; 0 for a prompt
  mask: f32, // 0 for a prompt, 1 + class for a token of the response
  control_weight: f32, // factor of the control term; control_weight.wgsl may overwrite it
}

// Statistics of softmax(logits / temperature), in nats.
struct TokenStatistics {
  logp: f32, // log-probability of the action
  entropy: f32,
  log_sum_exp: f32,
  effect: f32, // of the action on entropy: raising its logp by eta changes entropy by -eta effect
}

// The derivatives of the loss by the token's logp and entropy.
struct LossCoefficients {
  logp: f32,
  entropy: f32,
}

// The metrics of a token; all zeros where its weight is 0.
struct TokenMetrics {
  loss: f32, // the token's share of the batch's loss; all other fields are the token's own values
  kl: f32,
  ratio: f32,
  clipped_low: f32,
  clipped_high: f32,
  actuator: f32,
  logp_difference: f32,
  entropy: f32,
}

// A token that the sampler drew, and what it keeps of softmax(logits / temperature), in nats.
struct SampledToken {
  token: f32, // the token's index, which is exact below 2^24
  logp: f32,
  entropy: f32, // of the distribution that the token was drawn from
}
