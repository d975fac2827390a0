// What a policy loss is given of a token, and what it makes of the token's advantage A. A loss is a module of shaders/loss with
//   struct LossParameters { .. }                                              f32 each, at most 8
//   fn surrogate(token: Token, parameters: LossParameters) -> Surrogate
// and policy/token_loss.wgsl adds the control term, the divergence and the entropy bonus to what it returns.
struct Token {
  logp: f32, // of the action under this policy
  old_logp: f32, // and under the one that sampled it
  advantage: f32,
  difference: f32, // d = clamp(logp - old_logp, -20, 20)
  difference_slope: f32, // dd / dlogp: 1, and 0 where the clamp holds
  ratio: f32, // r = e^d
  ratio_slope: f32, // dr / dlogp
  extra: f32, // the number that the loss asked for beyond the token; 0 where it asked for none
}

struct Surrogate {
  value: f32,
  slope: f32, // d value / dlogp; exactly 0 on a branch that does not depend on logp
  low: bool, // the token teaches no more, or less, because its ratio is too low
  high: bool, // or too high
}

const CLAMP = 20.0;

fn token_of(logp: f32, old_logp: f32, advantage: f32, extra: f32) -> Token {
  let difference = clamp(logp - old_logp, -CLAMP, CLAMP);
  let difference_slope = select(0.0, 1.0, abs(logp - old_logp) <= CLAMP);
  let ratio = exp(difference);
  return Token(logp, old_logp, advantage, difference, difference_slope, ratio, ratio * difference_slope, extra);
}
