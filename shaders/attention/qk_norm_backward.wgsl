// With xhat = x * inverse_rms and s = weight * grad_y, per head: grad_x = inverse_rms * (s - xhat * mean(s * xhat)); values pass through.
// The row's share of the weights' gradients, grad_y * xhat summed over its query (key) heads, goes to partial; column_sum adds rows up.
// One workgroup a row; its lanes stride over the values of a head, heads in order.
import package::lib::grid::linear_workgroup;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  rows: u32,
  heads: u32,
  key_value_heads: u32,
  head_dim: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> query_weight: array<f32>; // [D]
@group(0) @binding(2) var<storage, read> key_weight: array<f32>; // [D]
@group(0) @binding(3) var<storage, read> grad_y: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(4) var<storage, read> inverse_rms: array<f32>; // [N, H + K]
@group(0) @binding(5) var<storage, read_write> grad_x: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(6) var<storage, read_write> query_partial: array<f32>; // [N, D]
@group(0) @binding(7) var<storage, read_write> key_partial: array<f32>; // [N, D]

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
    let inverse = inverse_rms[row * normed + head];
    var projection = 0.0;
    for (var d = lane; d < parameters.head_dim; d += LANES) {
      projection += weight_of(head, d) * grad_y[at + d] * x[at + d];
    }
    let mean = reduce_sum(projection, lane) * inverse / f32(parameters.head_dim);
    for (var d = lane; d < parameters.head_dim; d += LANES) {
      grad_x[at + d] = inverse * (weight_of(head, d) * grad_y[at + d] - x[at + d] * inverse * mean);
    }
  }
  for (var d = lane; d < parameters.head_dim; d += LANES) {
    query_partial[row * parameters.head_dim + d] = share(begin, row * normed, 0u, parameters.heads, d);
    key_partial[row * parameters.head_dim + d] = share(begin, row * normed, parameters.heads, normed, d);
  }
  let copied = begin + normed * parameters.head_dim;
  for (var i = lane; i < parameters.key_value_heads * parameters.head_dim; i += LANES) {
    grad_x[copied + i] = grad_y[copied + i];
  }
}

fn weight_of(head: u32, d: u32) -> f32 {
  if head >= parameters.heads {
    return key_weight[d];
  }
  return query_weight[d];
}

// The sum over some heads of a row of grad_y * xhat at place d.
fn share(begin: u32, first_inverse: u32, first_head: u32, end_head: u32, d: u32) -> f32 {
  var sum = 0.0;
  for (var head = first_head; head < end_head; head += 1u) {
    let i = begin + head * parameters.head_dim + d;
    sum += grad_y[i] * x[i] * inverse_rms[first_inverse + head];
  }
  return sum;
}
