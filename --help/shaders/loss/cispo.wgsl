// surrogate = -sg(min(r, bound)) A logp, where sg(x) is x and is not differentiated, so that every token keeps a gradient
// CISPO of MiniMax-M1, arXiv 2506.13585.
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  bound: f32,
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  let slope = -min(token.ratio, parameters.bound) * token.advantage;
  return Surrogate(slope * token.logp, slope, false, token.ratio > parameters.bound);
}
