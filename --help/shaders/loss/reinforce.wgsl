// surrogate = -A logp
// REINFORCE: Williams 1992.
import package::lib::loss::{Surrogate, Token};

struct LossParameters {
  _none: f32, // WGSL knows no empty struct
}

fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
  return Surrogate(-token.advantage * token.logp, -token.advantage, false, false);
}
