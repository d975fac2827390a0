// surrogate = -min(min(r, delta) A, clamp(r, 1 - clip_low, 1 + clip_high) A), delta > 1 + clip_high
// INTELLECT-2, arXiv 2505.07291.
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  clip_low: f32,
  clip_high: f32,
  delta: f32,
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let r = token.ratio;
  let advantage = token.advantage;
  let low = advantage < 0.0 && r < 1.0 - parameters.clip_low;
  let high = advantage > 0.0 && r > 1.0 + parameters.clip_high;
  let held = advantage < 0.0 && r > parameters.delta;
  let bounded = clamp(r, 1.0 - parameters.clip_low, 1.0 + parameters.clip_high);
  let value = -min(min(r, parameters.delta) * advantage, bounded * advantage);
  return Surrogate(value, select(-advantage * token.ratio_slope, 0.0, low || high || held), low, high);
}
