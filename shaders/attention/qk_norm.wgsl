// y = x * inverse_rms * weight for every query head (query_weight) and key head (key_weight), with
// inverse_rms = 1 / sqrt(mean(x^2) + eps) over the head's D values; value heads are copied (Qwen3, arXiv 2505.09388).
// One workgroup a row; its lanes stride over the values of a head, heads in order. inverse_rms is saved.
import package::lib::grid::linear_workgroup;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  head_dim: u32,
  eps: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> query_weight: array<f32>; // [D]
@group(0) @binding(2) var<storage, read> key_weight: array<f32>; // [D]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(4) var<storage, read_write> inverse_rms: array<f32>; // [N, H + K]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let row = linear_workgroup(workgroup, workgroups);
  if row >= parameters.rows {
    return;
  }
  let normed = parameters.heads + parameters.key_value_heads;
  let begin = row * (normed + parameters.key_value_heads) * parameters.head_dim;
  for (var head = 0u; head < normed; head += 1u) {
    let at = begin + head * parameters.head_dim;
    var squares = 0.0;
    for (var d = lane; d < parameters.head_dim; d += LANES) {
      squares += x[at + d] * x[at + d];
    }
    let inverse = inverseSqrt(reduce_sum(squares, lane) / f32(parameters.head_dim) + parameters.eps);
    for (var d = lane; d < parameters.head_dim; d += LANES) {
      var weight = query_weight[d];
      if head >= parameters.heads {
        weight = key_weight[d];
      }
      y[at + d] = x[at + d] * inverse * weight;
    }
    if lane == 0u {
      inverse_rms[row * normed + head] = inverse;
    }
  }
  let copied = begin + normed * parameters.head_dim;
  for (var i = lane; i < parameters.key_value_heads * parameters.head_dim; i += LANES) {
    y[copied + i] = x[copied + i];
  }
}
