// surrogate = PPO's clip, without a slope for a token whose entropy ratio leaves its range (extra = 1)
// ERC (Su et al. 2025, arXiv 2512.05591); policy/entropy_ratio.wgsl compares the entropies.
import package::lib::clip::{Clip, clipped};
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  clip_low: f32,
  clip_high: f32,
  dual_clip: f32, // 0: off
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let clip = Clip(parameters.clip_low, parameters.clip_high, parameters.dual_clip);
  let own = clipped(token.advantage, token.ratio, token.ratio_slope, clip);
  return Surrogate(own.value, select(own.slope, 0.0, token.extra == 1.0), own.low, own.high);
}
