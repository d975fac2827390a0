// surrogate = -min(r A, clamp(r, 1 - clip_low, 1 + clip_high) A), for A < 0 at most -dual_clip A
// PPO's clip (Schulman et al. 2017, arXiv 1707.06347) with a dual clip.
import package::lib::clip::{Clip, clipped, tilted};
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  clip_low: f32,
  clip_high: f32,
  dual_clip: f32, // 0: off
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let clip = tilted(Clip(parameters.clip_low, parameters.clip_high, parameters.dual_clip), token.tilt);
  return clipped(token.advantage, token.ratio, token.ratio_slope, clip);
}
