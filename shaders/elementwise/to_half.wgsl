// half = x rounded to 16-bit floats (IEEE 754 binary16), two to a word. Magnitudes above 65504 become 65504.
// Each invocation handles one word. The packing built-ins need no f16 feature.
import package::lib::grid::linear_workgroup;
import package::lib::half::pack_pair;

struct Parameters {
  count: u32, // words
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<vec2f>; // [N, C]
@group(0) @binding(1) var<storage, read_write> half: array<u32>; // [N, C]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i < parameters.count {
    half[i] = pack_pair(x[i]);
  }
}
