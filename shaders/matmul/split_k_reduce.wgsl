// y[E] = partials[0][E] + partials[1][E] + ... + bias + residual + accumulate * y, E = M N: the end of a product whose K was split
// (tiled.wgsl). An invocation owns one element and adds its partial sums in order: the same bits in every run.
import package::lib::grid::linear_workgroup;

struct Parameters {
  elements: u32,
  columns: u32,
  splits: u32,
  has_bias: u32,
  has_residual: u32,
  accumulate: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> partials: array<f32>; // [B, E]
@group(0) @binding(1) var<storage, read> bias: array<f32>; // [F]
@group(0) @binding(2) var<storage, read> residual: array<f32>; // [E]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [E]

@compute @workgroup_size(128)
fn main(
  @builtin(local_invocation_index) index: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let at = linear_workgroup(workgroup, workgroups) * 128u + index;
  if at >= parameters.elements {
    return;
  }
  var sum = partials[at];
  for (var split = 1u; split < parameters.splits; split += 1u) {
    sum += partials[split * parameters.elements + at];
  }
  if parameters.has_bias == 1u { sum += bias[at % parameters.columns]; }
  if parameters.has_residual == 1u { sum += residual[at]; }
  if parameters.accumulate == 1u { sum += y[at]; }
  y[at] = sum;
}
