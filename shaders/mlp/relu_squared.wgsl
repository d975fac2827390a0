// y = max(x, 0)^2     (Primer, So et al. 2021, arXiv 2109.08668)
// Each invocation handles one element (a vec4 where the size allows).
import package::lib::element::Element;
import package::lib::grid::linear_workgroup;

struct Parameters {
  count: u32, // in Elements
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, F]
@group(0) @binding(1) var<storage, read_write> y: array<Element>; // [N, F]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i < parameters.count {
    // Not by max, which may make a number of NaN.
    y[i] = select(x[i] * x[i], Element(0.0), x[i] < Element(0.0));
  }
}
