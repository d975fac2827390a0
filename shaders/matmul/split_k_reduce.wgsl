// y [M, N] = partials[0] + partials[1] + ..., ended by lib/epilogue: the end of a product whose K was split (tiled.wgsl).
// An invocation owns four neighbouring columns of a row and adds their partial sums in order: the same bits in every run.
// With WIDE_Y quads are loaded whole.
import package::lib::epilogue::{Stored, store_quad};
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  columns: u32,
  stride_of_y: u32,
  splits: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> partials: array<Stored>; // [B, M, N]
// The epilogue's bindings begin behind two operands.
@group(0) @binding(1) var<storage, read> unread: array<f32>; // [B, M, N]

// What lies past the end of a row is never stored.
fn quad_of_partials(at: u32) -> vec4f {
  @if(WIDE_Y) { return partials[at / 4u]; }
  @if(!WIDE_Y) { return vec4f(partials[at], partials[at + 1u], partials[at + 2u], partials[at + 3u]); }
}

@compute @workgroup_size(128)
fn main(
  @builtin(local_invocation_index) index: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let quads = (parameters.columns + 3u) / 4u;
  let quad = linear_workgroup(workgroup, workgroups) * 128u + index;
  if quad >= parameters.rows * quads {
    return;
  }
  let column = quad % quads * 4u;
  let at = quad / quads * parameters.stride_of_y + column;
  var sums = quad_of_partials(at);
  for (var split = 1u; split < parameters.splits; split += 1u) {
    sums += quad_of_partials(split * parameters.rows * parameters.stride_of_y + at);
  }
  store_quad(at, column, parameters.columns, sums, parameters.terms);
}
