// surrogate = -sg(min(r, bound)) A logp, where sg(x) is x and is not differentiated; 0 for a token that is masked
// A token is masked where its probability has moved the way that A pushes it, and the estimated divergence D of the new distribution from the
// old one is above delta. The estimate knows two outcomes, the action and all others. With p = e^logp and q = e^old_logp:
//   TV: D = |p - q|      KL: D = q log(q / p) + (1 - q) log((1 - q) / (1 - p))
// DPPO (arXiv 2602.04879), Binary-TV and Binary-KL. The complements 1 - p and 1 - q are at least 1e-8.
import package::lib::loss::{Surrogate, Token};
import package::lib::numeric::exp_minus_1;

struct LossParameters {
  delta: f32,
  bound: f32,
  by_kl: f32, // 1: KL, 0: TV
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let p = exp(token.logp);
  let q = exp(token.old_logp);
  let others = max(vec2f(-exp_minus_1(token.logp), -exp_minus_1(token.old_logp)), vec2f(1e-8));
  let kl = q * (token.old_logp - token.logp) + others.y * log(others.y / others.x);
  let divergence = select(abs(p - q), kl, parameters.by_kl == 1.0);
  let is_far = divergence > parameters.delta;
  let low = is_far && token.advantage < 0.0 && p < q;
  let high = is_far && token.advantage > 0.0 && p > q;
  let slope = select(-min(token.ratio, parameters.bound) * token.advantage, 0.0, low || high);
  return Surrogate(slope * token.logp, slope, low, high);
}
