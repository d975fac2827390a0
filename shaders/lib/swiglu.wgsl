// SwiGLU in the epilogue of a product (mlp/swiglu and its backward pass say the formulas, lib/element why the exponent is clamped), and the
// order of columns that it needs.

// The line of b [2F, K], gates and then ups, that is column `column` of a product whose columns come in quads of two gates and their two ups:
// so the sums of a pair meet in one invocation. 2F is made of whole quads.
fn line_of_pair(column: u32, columns: u32) -> u32 {
  return (column >> 2u) * 2u + (column & 1u) + ((column >> 1u) & 1u) * (columns >> 1u);
}

// Two gates and their ups.
fn gated(pairs: vec4f) -> vec2f {
  let gate = pairs.xy;
  return gate * (1.0 / (1.0 + exp(min(-gate, vec2f(80.0))))) * pairs.zw;
}

struct Gradients {
  gate: vec4f,
  up: vec4f,
}

fn gated_backward(gradient: vec4f, gate: vec4f, up: vec4f) -> Gradients {
  let s = 1.0 / (1.0 + exp(min(-gate, vec4f(80.0))));
  return Gradients(gradient * up * s * (1.0 + gate * (1.0 - s)), gradient * gate * s);
}
