// y[n] = weight[tokens[n]]: rows of a table by index. A token outside the table gives a row of NaN.
// Rows are copied as bits, so tables of integers can be read too. Each invocation handles one element (a vec4 where C allows).
import package::lib::grid::linear_workgroup;

@if(VEC4) alias Bits = vec4u;
@if(!VEC4) alias Bits = u32;

struct Parameters {
  rows: u32,
  vocabulary: u32,
  columns: u32, // in Bits
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> weight: array<Bits>; // [V, C]
@group(0) @binding(2) var<storage, read_write> y: array<Bits>; // [N, C]

const QUIET_NAN = 0x7fc00000u;

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let i = linear_workgroup(workgroup, workgroups) * 64u + lane;
  let row = i / parameters.columns;
  if row >= parameters.rows {
    return;
  }
  let token = tokens[row];
  if token < parameters.vocabulary {
    y[i] = weight[token * parameters.columns + i % parameters.columns];
  } else {
    y[i] = Bits(QUIET_NAN);
  }
}
