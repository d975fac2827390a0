// surrogate = -r A, plus penalty |d| for a selected token (extra = 1); nothing is clipped
// KL-Cov (Cui et al. 2025, arXiv 2505.22617); policy/covariance_select.wgsl selects the tokens.
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  penalty: f32,
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let penalty = select(0.0, parameters.penalty, token.extra == 1.0);
  let value = -token.ratio * token.advantage + penalty * abs(token.difference);
  let slope = -token.ratio_slope * token.advantage + penalty * sign(token.difference) * token.difference_slope;
  return Surrogate(value, slope, false, false);
}
