// y = x + accumulate * y, in place: y is the gradient that a parameter has gathered so far, and accumulate is 0 or 1.
// Each invocation handles one element.
import package::lib::grid::linear_workgroup;

struct Parameters {
  count: u32,
  accumulate: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [N, C]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i >= parameters.count {
    return;
  }
  var sum = x[i];
  if parameters.accumulate == 1u {
    sum += y[i];
  }
  y[i] = sum;
}
