// The part of a token's policy loss that the advantage A drives, and its derivative by logp. Each is a value of grpo.loss or grpo.covariance.
// r is the probability ratio e^d of this policy to the old one and r_slope = dr / dlogp, which is r, and 0 where the clamp of d holds.
// Where a branch that does not depend on logp is taken, the slope is 0, by select.

struct Surrogate {
  value: f32,
  slope: f32,
  low: bool, // the token teaches no more, or less, because its ratio is too low
  high: bool, // or too high
}

// Whether one of ppo_clip's bounds holds, so that the token has no slope.
fn clip_holds(advantage: f32, ratio: f32, eps_low: f32, eps_high: f32, dual_clip: f32) -> bool {
  let dual = dual_clip > 0.0 && ratio > dual_clip;
  return (advantage < 0.0 && (ratio < 1.0 - eps_low || dual)) || (advantage > 0.0 && ratio > 1.0 + eps_high);
}

// -min(r A, clamp(r, 1 - eps_low, 1 + eps_high) A), for A < 0 at most -dual_clip A; dual_clip 0: off. Schulman et al. 2017, arXiv 1707.06347.
fn ppo_clip(advantage: f32, ratio: f32, ratio_slope: f32, eps_low: f32, eps_high: f32, dual_clip: f32) -> Surrogate {
  let low = advantage < 0.0 && ratio < 1.0 - eps_low;
  let high = advantage > 0.0 && ratio > 1.0 + eps_high;
  let dual = advantage < 0.0 && dual_clip > 0.0 && ratio > dual_clip;
  let bounded = clamp(ratio, 1.0 - eps_low, 1.0 + eps_high);
  let value = select(-min(ratio * advantage, bounded * advantage), -dual_clip * advantage, dual);
  let held = clip_holds(advantage, ratio, eps_low, eps_high, dual_clip);
  return Surrogate(value, select(-advantage * ratio_slope, 0.0, held), low, high);
}

// Clip-Cov (Cui et al. 2025, arXiv 2505.22617): a selected token has no surrogate loss, any other is a token of ppo_clip.
fn clip_cov(is_selected: bool, other: Surrogate) -> Surrogate {
  return Surrogate(select(other.value, 0.0, is_selected), select(other.slope, 0.0, is_selected), other.low, other.high);
}

// KL-Cov (the same paper): -r A without a clip, and for a selected token + penalty |d|, d = log r. d_slope = d |d| / dlogp.
fn kl_cov(is_selected: bool, advantage: f32, ratio: f32, ratio_slope: f32, d: f32, d_slope: f32, penalty: f32) -> Surrogate {
  let own = select(0.0, penalty, is_selected);
  return Surrogate(-ratio * advantage + own * abs(d), -ratio_slope * advantage + own * d_slope, false, false);
}

// -A logp: Williams 1992.
fn reinforce(advantage: f32, logp: f32) -> Surrogate {
  return Surrogate(-advantage * logp, -advantage, false, false);
}

// -min(min(r, delta) A, clamp(r, 1 - eps_low, 1 + eps_high) A), delta > 1 + eps_high: INTELLECT-2, arXiv 2505.07291.
fn two_sided(advantage: f32, ratio: f32, ratio_slope: f32, eps_low: f32, eps_high: f32, delta: f32) -> Surrogate {
  let low = advantage < 0.0 && ratio < 1.0 - eps_low;
  let high = advantage > 0.0 && ratio > 1.0 + eps_high;
  let held = advantage < 0.0 && ratio > delta;
  let bounded = clamp(ratio, 1.0 - eps_low, 1.0 + eps_high);
  let value = -min(min(ratio, delta) * advantage, bounded * advantage);
  return Surrogate(value, select(-advantage * ratio_slope, 0.0, low || high || held), low, high);
}

// -sg(min(r, bound)) A logp, sg: not differentiated, so every token keeps a gradient: MiniMax-M1, arXiv 2506.13585.
fn cispo(advantage: f32, logp: f32, ratio: f32, bound: f32) -> Surrogate {
  let slope = -min(ratio, bound) * advantage;
  return Surrogate(slope * logp, slope, false, ratio > bound);
}

// -(4 / t) s A with s = sigmoid(t (r - 1)), t by the sign of A: a gate that closes smoothly on both sides of r = 1. SAPO, arXiv 2511.20347.
fn sapo(advantage: f32, ratio: f32, ratio_slope: f32, positive: f32, negative: f32) -> Surrogate {
  let t = select(positive, negative, advantage < 0.0);
  // Beyond 40 the sigmoid is 0 or 1 to all digits; both halves come from exponentials, because 1 - s would lose its digits.
  let x = clamp(t * (ratio - 1.0), -40.0, 40.0);
  let open = 1.0 / (1.0 + exp(-x));
  let closed = 1.0 / (1.0 + exp(x));
  return Surrogate(-4.0 / t * open * advantage, -4.0 * open * closed * ratio_slope * advantage, false, false);
}
