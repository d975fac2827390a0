// y[n] = weight[tokens[n] - first] where the table's rows `first` to `first + vocabulary` hold the token: rows of a table by index.
// The weight is a whole table, or one of its pieces; a piece writes only the rows of its own tokens. The piece with first = 0 also writes
// rows of NaN for the tokens outside the table, which has `total` rows.
// Rows are copied as bits, so tables of integers can be read too. With HALF a table of 16-bit floats is expanded exactly. With ADD the rows
// of `residual` are added, as floats.
// Each invocation handles one element (a vec4 where C allows).
import package::lib::grid::linear_workgroup;
@if(HALF) import package::lib::half::{unpack_one, unpack_quad};

@if(VEC4) alias Bits = vec4u;
@if(!VEC4) alias Bits = u32;

@if(!HALF) alias Stored = Bits;
@if(HALF && VEC4) alias Stored = vec2u;
@if(HALF && !VEC4) alias Stored = u32;

struct Parameters {
  rows: u32,
  first: u32,
  vocabulary: u32,
  total: u32,
  columns: u32, // in Bits
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> tokens: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> weight: array<Stored>; // [V, C]
@if(ADD) @group(0) @binding(2) var<storage, read> residual: array<Bits>; // [N, C]
@if(ADD) @group(0) @binding(3) var<storage, read_write> y: array<Bits>; // [N, C]
@if(!ADD) @group(0) @binding(2) var<storage, read_write> y: array<Bits>; // [N, C]

const QUIET_NAN = 0x7fc00000u;

fn bits_of(i: u32) -> Bits {
  @if(!HALF) { return weight[i]; }
  @if(HALF && VEC4) { return bitcast<vec4u>(unpack_quad(weight[i])); }
  @if(HALF && !VEC4) { return bitcast<u32>(unpack_one(weight[i / 2u], i)); }
}

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
  if token >= parameters.first && token - parameters.first < parameters.vocabulary {
    let found = bits_of((token - parameters.first) * parameters.columns + i % parameters.columns);
    @if(ADD && VEC4) { y[i] = bitcast<vec4u>(bitcast<vec4f>(found) + bitcast<vec4f>(residual[i])); }
    @if(ADD && !VEC4) { y[i] = bitcast<u32>(bitcast<f32>(found) + bitcast<f32>(residual[i])); }
    @if(!ADD) { y[i] = found; }
  } else if token >= parameters.total && parameters.first == 0u {
    y[i] = Bits(QUIET_NAN);
  }
}
