// For each block of rows, over its response tokens: the sums of the eight token_metrics (the actuator's magnitude), then (count, -min ratio, max ratio, max |d|).
// partial[b] holds them as three vec4; metric_reduce puts the blocks together. One workgroup a block; its lanes stride over the rows.
import package::lib::numeric::LOWEST;
import package::lib::reduce::{reduce_max, reduce_sum};
import constants::LANES;

struct Parameters {
  rows: u32,
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> token_metrics: array<vec4f>; // [N, 8]
@group(0) @binding(1) var<storage, read> token_inputs: array<f32>; // [N, 6]
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>; // [B, 12]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let block = workgroup.x;
  let end = min((block + 1u) * parameters.block_rows, parameters.rows);
  var first = vec4f(0.0);
  var second = vec4f(0.0);
  var count = 0.0;
  var largest = vec3f(LOWEST);
  for (var row = block * parameters.block_rows + lane; row < end; row += LANES) {
    if token_inputs[row * 6u + 4u] > 0.0 {
      let a = token_metrics[row * 2u];
      let b = token_metrics[row * 2u + 1u];
      first += a;
      second += vec4f(b.x, abs(b.y), b.zw);
      count += 1.0;
      largest = max(largest, vec3f(-a.z, a.z, b.z));
    }
  }
  let a = sum4(first, lane);
  let b = sum4(second, lane);
  let c = vec4f(reduce_sum(count, lane), reduce_max(largest.x, lane), reduce_max(largest.y, lane), reduce_max(largest.z, lane));
  if lane == 0u {
    partial[block * 3u] = a;
    partial[block * 3u + 1u] = b;
    partial[block * 3u + 2u] = c;
  }
}

fn sum4(value: vec4f, lane: u32) -> vec4f {
  return vec4f(reduce_sum(value.x, lane), reduce_sum(value.y, lane), reduce_sum(value.z, lane), reduce_sum(value.w, lane));
}
