// surrogate = 0 for a selected token (extra = 1), else PPO's clip
// Clip-Cov (Cui et al. 2025, arXiv 2505.22617); policy/covariance_select.wgsl selects the tokens.
import package::lib::clip::{Clip, clipped};
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  clip_low: f32,
  clip_high: f32,
  dual_clip: f32, // 0: off
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let clip = Clip(parameters.clip_low, parameters.clip_high, parameters.dual_clip);
  let other = clipped(token.advantage, token.ratio, token.ratio_slope, clip);
  let is_selected = token.extra == 1.0;
  return Surrogate(select(other.value, 0.0, is_selected), select(other.slope, 0.0, is_selected), other.low, other.high);
}
