// surrogate = -r A, plus penalty |d| for a selected token (extra = 1); nothing is clipped
// KL-Cov (Cui et al. 2025, arXiv 2505.22617); policy/covariance_select.wgsl selects the tokens. A d within ROUNDING is 0: before the first
// update of a rollout it is what sampler and trainer round apart, and its sign would be chance.
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  penalty: f32,
}

const ROUNDING = 1e-4; // nats

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let d = select(token.difference, 0.0, abs(token.difference) < ROUNDING);
  let penalty = select(0.0, parameters.penalty, token.extra == 1.0);
  let value = -token.ratio * token.advantage + penalty * abs(d);
  let slope = -token.ratio_slope * token.advantage + penalty * sign(d) * token.difference_slope;
  return Surrogate(value, slope, false, false);
}
