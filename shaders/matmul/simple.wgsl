// y[M, N] = op(a) op(b) + bias + residual (+ accumulate * y).
// One invocation an output; the plain version that is right everywhere.
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  accumulate: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> a: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> b: array<f32>; // [F, C]
@if(BIAS) @group(0) @binding(2) var<storage, read> bias: array<f32>; // [F]
@if(RESIDUAL && BIAS) @group(0) @binding(3) var<storage, read> residual: array<f32>; // [N, F]
@if(RESIDUAL && !BIAS) @group(0) @binding(2) var<storage, read> residual: array<f32>; // [N, F]
@if(RESIDUAL && BIAS) @group(0) @binding(4) var<storage, read_write> y: array<f32>; // [N, F]
@if((RESIDUAL && !BIAS) || (!RESIDUAL && BIAS)) @group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N, F]
@if(!RESIDUAL && !BIAS) @group(0) @binding(2) var<storage, read_write> y: array<f32>; // [N, F]

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if i >= parameters.rows * parameters.columns {
    return;
  }
  let row = i / parameters.columns;
  let column = i % parameters.columns;
  var sum = 0.0;
  for (var k = 0u; k < parameters.inner; k += 1u) {
    @if(NN) { sum = fma(a[row * parameters.inner + k], b[k * parameters.columns + column], sum); }
    @if(NT) { sum = fma(a[row * parameters.inner + k], b[column * parameters.inner + k], sum); }
    @if(TN) { sum = fma(a[k * parameters.rows + row], b[k * parameters.columns + column], sum); }
  }
  @if(BIAS) { sum += bias[column]; }
  @if(RESIDUAL) { sum += residual[i]; }
  if parameters.accumulate == 1u {
    sum += y[i];
  }
  y[i] = sum;
}
