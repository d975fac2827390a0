// A Token is what a policy loss knows of a token; a Surrogate is what the loss makes of the token's advantage A. A loss is a module with
//   struct LossParameters { .. }                                              at most 8 fields, each f32
//   fn surrogate(token: Token, parameters: LossParameters) -> Surrogate
// policy/token_loss.wgsl adds the control term, the KL divergence and the entropy bonus to the surrogate.
struct Token {
  logp: f32, // log-probability of the action under the current policy
  old_logp: f32, // and under the policy that sampled it
  advantage: f32,
  difference: f32, // d = clamp(logp - old_logp, -20, 20)
  difference_slope: f32, // dd / dlogp: 1, or 0 where the clamp holds
  ratio: f32, // r = e^d
  ratio_slope: f32, // dr / dlogp
  tilt: f32, // by which a controller moves the bounds of a clip (lib/clip.wgsl); 0 for every other controller
  extra: f32, // the number that the loss asked for beyond the token; 0 where it asked for none
}

struct Surrogate {
  value: f32,
  slope: f32, // d value / dlogp; exactly 0 on a branch that does not depend on logp
  low: bool, // whether the token teaches less, or nothing, because its ratio is too low
  high: bool, // and because its ratio is too high; bounds from above for A < 0 (dual clip, two_sided) do not count
}

fn weighed(one: Surrogate, weight: f32) -> Surrogate {
  return Surrogate(weight * one.value, weight * one.slope, one.low, one.high);
}

const CLAMP = 20.0;

fn token_of(logp: f32, old_logp: f32, advantage: f32, extra: f32) -> Token {
  let difference = clamp(logp - old_logp, -CLAMP, CLAMP);
  let difference_slope = select(0.0, 1.0, abs(logp - old_logp) <= CLAMP);
  let ratio = exp(difference);
  return Token(logp, old_logp, advantage, difference, difference_slope, ratio, ratio * difference_slope, 0.0, extra);
}
