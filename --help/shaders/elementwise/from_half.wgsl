// y = the 16-bit floats of half, two to a word, as 32-bit floats. The conversion is exact.
// Each invocation handles one word.
import package::lib::grid::linear_workgroup;

struct Parameters {
  count: u32, // words
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> half: array<u32>; // [N, C]
@group(0) @binding(1) var<storage, read_write> y: array<vec2f>; // [N, C]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i < parameters.count {
    y[i] = unpack2x16float(half[i]);
  }
}
