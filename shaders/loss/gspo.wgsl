// surrogate = PPO's clip of the sequence's ratio s = e^(mean of d over its tokens); extra is that mean
// GSPO, arXiv 2507.18071. All T tokens of a sequence have the same A and the same weight w, so the sequence adds T w f(s) to the loss,
// where f is the clip. As ds / dlogp_t = s / T, the derivative by logp_t is exactly w f'(s) s: that of a token whose ratio s has slope s.
import package::lib::clip::{Clip, clipped, tilted};
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  clip_low: f32,
  clip_high: f32,
  dual_clip: f32, // 0: off
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let ratio = exp(token.extra);
  let clip = tilted(Clip(parameters.clip_low, parameters.clip_high, parameters.dual_clip), token.tilt);
  return clipped(token.advantage, ratio, ratio * token.difference_slope, clip);
}
