// metrics = METRIC_FIELDS of src/ops/metric_reduce.ts: sums, means and extremes over the response tokens; zeros without any.
// One workgroup; its lanes stride over the blocks of metric_reduce_partial, in order.
import package::lib::numeric::LOWEST;
import package::lib::reduce::{reduce_max, reduce_sum};
import constants::LANES;

struct Parameters {
  blocks: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> partial: array<vec4f>; // [B, 12]
@group(0) @binding(1) var<storage, read_write> metrics: array<f32>; // [13]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var first = vec4f(0.0);
  var second = vec4f(0.0);
  var count = 0.0;
  var largest = vec3f(LOWEST);
  for (var block = lane; block < parameters.blocks; block += LANES) {
    first += partial[block * 3u];
    second += partial[block * 3u + 1u];
    let last = partial[block * 3u + 2u];
    count += last.x;
    largest = max(largest, last.yzw);
  }
  let a = sum4(first, lane); // loss, kl, ratio, clipped_low
  let b = sum4(second, lane); // clipped_high, |actuator|, |d|, entropy
  let total = reduce_sum(count, lane);
  let extremes = vec3f(reduce_max(largest.x, lane), reduce_max(largest.y, lane), reduce_max(largest.z, lane));
  if lane == 0u {
    let some = max(total, 1.0);
    let any = total > 0.0;
    metrics[0] = a.x;
    metrics[1] = total;
    metrics[2] = b.w / some;
    metrics[3] = a.y / some;
    metrics[4] = a.w / some;
    metrics[5] = b.x / some;
    metrics[6] = (a.w + b.x) / some;
    metrics[7] = b.y / some;
    metrics[8] = select(0.0, -extremes.x, any);
    metrics[9] = a.z / some;
    metrics[10] = select(0.0, extremes.y, any);
    metrics[11] = b.z / some;
    metrics[12] = select(0.0, extremes.z, any);
  }
}

fn sum4(value: vec4f, lane: u32) -> vec4f {
  return vec4f(reduce_sum(value.x, lane), reduce_sum(value.y, lane), reduce_sum(value.z, lane), reduce_sum(value.w, lane));
}
