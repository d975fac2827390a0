// surrogate = -(4 / t) s A with s = sigmoid(t (r - 1)), t = positive or negative by the sign of A
// SAPO, arXiv 2511.20347: a gate that closes smoothly on both sides of r = 1.
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  positive: f32,
  negative: f32,
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let t = select(parameters.positive, parameters.negative, token.advantage < 0.0);
  // Beyond 40 the sigmoid is 0 or 1 to all digits. 1 - s has an exponential of its own, because a subtraction would lose its digits.
  let x = clamp(t * (token.ratio - 1.0), -40.0, 40.0);
  let open = 1.0 / (1.0 + exp(-x));
  let closed = 1.0 / (1.0 + exp(x));
  return Surrogate(-4.0 / t * open * token.advantage, -4.0 * open * closed * token.ratio_slope * token.advantage, false, false);
}
