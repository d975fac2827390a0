// The gradient of a bias, beside that of its weight. The product that makes the weight's gradient reads every value of the gradient of
// the layer's output, because that is one of its operands; the bias's gradient is the sum of this operand along K.
//   SUM_A: grad_bias [M] = sum over k of op(a)[m, k]     SUM_B: grad_bias [N] = sum over k of op(b)[k, n]
// (+ grad_bias where its bit of `terms` is set)
// Only the workgroups of the first column of tiles store sums of a, only those of the first row of tiles sums of b.

const ACCUMULATE_BIAS = 8u;

// The epilogue's bindings end before it: no kernel applies gelu to a weight's gradient.
@group(0) @binding(5) var<storage, read_write> grad_bias: array<f32>; // [N]

// Stores the sums at `first` to `first + 3` of `length`, which begin `offset` values behind the first one of grad_bias.
fn store_sums(offset: u32, first: u32, length: u32, sums: vec4f, terms: u32) {
  for (var i = 0u; i < min(4u, length - first); i += 1u) {
    let at = offset + first + i;
    var sum = sums[i];
    if (terms & ACCUMULATE_BIAS) != 0u { sum += grad_bias[at]; }
    grad_bias[at] = sum;
  }
}
