// y [M, N] = partials[0] + partials[1] + ..., ended by lib/epilogue: the end of a product whose K was split (tiled.wgsl).
// Small weight gradients end in column_sum.
// An invocation owns four neighbouring columns of a row and adds their partial sums in order: the same bits in every run. It reads four
// parts at a time, so that it does not wait for one after the other. With WIDE_Y quads are loaded whole.
// With SUM_A or SUM_B the invocations behind them do the same for the bias's gradient (lib/bias_gradient).
@if(SUM_A || SUM_B) import package::lib::bias_gradient::store_sums;
import package::lib::epilogue::store_quad;
import package::lib::grid::linear_workgroup;

struct Parameters {
  rows: u32,
  columns: u32,
  stride_of_y: u32,
  splits: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

@if(WIDE_Y) @group(0) @binding(0) var<storage, read> partials: array<vec4f>; // [B, M, N]
@if(!WIDE_Y) @group(0) @binding(0) var<storage, read> partials: array<f32>; // [B, M, N]
// The epilogue's bindings begin behind two operands.
@if(SUM_A || SUM_B) @group(0) @binding(1) var<storage, read> bias_partials: array<f32>; // [B, N]
@if(!(SUM_A || SUM_B)) @group(0) @binding(1) var<storage, read> unread: array<f32>; // [B, M, N]

// Four neighbours of a part, of which `left` exist; the last one is repeated. Nothing where there is no such part.
fn quad_of_part(part: u32, size: u32, first: u32, left: u32) -> vec4f {
  let at = min(part, parameters.splits - 1u) * size + first;
  let is_there = part < parameters.splits;
  @if(WIDE_Y) { return select(vec4f(), partials[at >> 2u], is_there); }
  @if(!WIDE_Y) {
    let i = at + min(vec4u(0u, 1u, 2u, 3u), vec4u(left - 1u));
    return select(vec4f(), vec4f(partials[i.x], partials[i.y], partials[i.z], partials[i.w]), is_there);
  }
}

@if(SUM_A || SUM_B)
fn sum_bias(first: u32) {
  @if(SUM_A) let length = parameters.rows;
  @if(SUM_B) let length = parameters.columns;
  if first >= length {
    return;
  }
  let i = first + min(vec4u(0u, 1u, 2u, 3u), vec4u(length - first - 1u));
  var sums: vec4f;
  for (var part = 0u; part < parameters.splits; part += 1u) {
    let of_part = i + part * length;
    sums += vec4f(bias_partials[of_part.x], bias_partials[of_part.y], bias_partials[of_part.z], bias_partials[of_part.w]);
  }
  store_sums(0u, first, length, sums, parameters.terms);
}

@compute @workgroup_size(128)
fn main(
  @builtin(local_invocation_index) index: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let quads = (parameters.columns + 3u) >> 2u;
  let quad = linear_workgroup(workgroup, workgroups) * 128u + index;
  if quad >= parameters.rows * quads {
    @if(SUM_A || SUM_B) { sum_bias(4u * (quad - parameters.rows * quads)); }
    return;
  }
  let column = quad % quads * 4u;
  let at = quad / quads * parameters.stride_of_y + column;
  let size = parameters.rows * parameters.stride_of_y;
  let left = parameters.columns - column;
  var sums: vec4f;
  for (var part = 0u; part < parameters.splits; part += 4u) {
    let part_0 = quad_of_part(part, size, at, left);
    let part_1 = quad_of_part(part + 1u, size, at, left);
    let part_2 = quad_of_part(part + 2u, size, at, left);
    let part_3 = quad_of_part(part + 3u, size, at, left);
    sums = (((sums + part_0) + part_1) + part_2) + part_3;
  }
  store_quad(at, column, parameters.columns, sums, parameters.terms);
}
