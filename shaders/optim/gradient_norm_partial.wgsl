// partial[b] = (sum of squares, how many Elements hold a value that is not finite) of the gradients that workgroup b visits; gradient_norm
// adds them up. The lanes of a fixed number of workgroups stride over the shard in order, four loads at a time.
// No branch lies around a load, because many GPUs wait for it where the branch ends.
import package::lib::element::{Element, all_finite};
import package::lib::optimizer::NormPartial;
import package::lib::reduce::reduce_sum;
import constants::LANES;

struct Parameters {
  count: u32, // elements
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> gradients: array<Element>; // [E]
@group(0) @binding(1) var<storage, read_write> partial: array<NormPartial>; // [B, 2]

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  var squares = 0.0;
  var broken = 0.0;
  let stride = workgroups.x * LANES;
  for (var i = workgroup.x * LANES + lane; i < parameters.count; i += 4u * stride) {
    var values = array<Element, 4>();
    for (var k = 0u; k < 4u; k += 1u) {
      values[k] = gradients[min(i + k * stride, parameters.count - 1u)];
    }
    for (var k = 0u; k < 4u; k += 1u) {
      let value = select(Element(), values[k], i + k * stride < parameters.count);
      squares += square(value);
      broken += select(1.0, 0.0, all_finite(value));
    }
  }
  let sum = reduce_sum(squares, lane);
  let count = reduce_sum(broken, lane);
  if lane == 0u {
    partial[workgroup.x] = NormPartial(sum, count);
  }
}

@if(VEC4) fn square(value: Element) -> f32 { return dot(value, value); }
@if(!VEC4) fn square(value: Element) -> f32 { return value * value; }
