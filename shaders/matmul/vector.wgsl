// y [M, N] = a b^T, ended by lib/epilogue, a [M, K], b [N, K], for a few rows on a GPU: decoding, bound by reading b.
// One workgroup of 64 owns TILE_ROWS rows by 4 columns of y. Its invocations walk along K side by side, a quad each, so that every
// row of b is read in whole cache lines, and many small workgroups keep many reads in flight. Their sums meet in a tree of fixed shape
// in workgroup memory: the same bits in every run, but not those of the tiles, which add in the order of K.
// With ALIGNED the rows of a and b are multiples of 4 long and quads are loaded whole. With HALF_B b is stored as 16-bit floats.
import package::lib::epilogue::store_quad;
import package::lib::half::{unpack_one, unpack_quad};
import constants::TILE_ROWS;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

@if(ALIGNED) @group(0) @binding(0) var<storage, read> a: array<vec4f>; // [M, K]
@if(!ALIGNED) @group(0) @binding(0) var<storage, read> a: array<f32>; // [M, K]
@if(ALIGNED && !HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec4f>; // [N, K]
@if(!ALIGNED && !HALF_B) @group(0) @binding(1) var<storage, read> b: array<f32>; // [N, K]
@if(ALIGNED && HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec2u>; // [N, K]
@if(!ALIGNED && HALF_B) @group(0) @binding(1) var<storage, read> b: array<u32>; // [N, K]

const INVOCATIONS = 64u;
const ROWS = u32(TILE_ROWS);

var<workgroup> partial: array<vec4f, ROWS * INVOCATIONS>;

// Four neighbouring values of a row of a, zero past its end; rows past the last repeat it and are never stored.
fn quad_of_a(row: u32, quad: u32) -> vec4f {
  let inside = min(row, parameters.rows - 1u);
  @if(ALIGNED) {
    return a[inside * (parameters.inner / 4u) + quad];
  }
  @if(!ALIGNED) {
    let at = inside * parameters.inner + quad * 4u;
    let left = parameters.inner - quad * 4u;
    let last = at + left - 1u;
    let values = vec4f(a[at], a[min(at + 1u, last)], a[min(at + 2u, last)], a[min(at + 3u, last)]);
    return select(vec4f(), values, vec4u(0u, 1u, 2u, 3u) < vec4u(left));
  }
}

@if(!ALIGNED)
fn value_of_b(at: u32) -> f32 {
  @if(HALF_B) { return unpack_one(b[at / 2u], at); }
  @if(!HALF_B) { return b[at]; }
}

// The same of b.
fn quad_of_b(column: u32, quad: u32) -> vec4f {
  let inside = min(column, parameters.columns - 1u);
  @if(ALIGNED) {
    @if(HALF_B) { return unpack_quad(b[inside * (parameters.inner / 4u) + quad]); }
    @if(!HALF_B) { return b[inside * (parameters.inner / 4u) + quad]; }
  }
  @if(!ALIGNED) {
    let at = inside * parameters.inner + quad * 4u;
    let left = parameters.inner - quad * 4u;
    let last = at + left - 1u;
    let values = vec4f(value_of_b(at), value_of_b(min(at + 1u, last)), value_of_b(min(at + 2u, last)), value_of_b(min(at + 3u, last)));
    return select(vec4f(), values, vec4u(0u, 1u, 2u, 3u) < vec4u(left));
  }
}

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let first_row = workgroup.y * ROWS;
  let first_column = workgroup.x * 4u;
  var sums: array<vec4f, ROWS>;
  for (var quad = index; quad < (parameters.inner + 3u) / 4u; quad += INVOCATIONS) {
    let b_0 = quad_of_b(first_column, quad);
    let b_1 = quad_of_b(first_column + 1u, quad);
    let b_2 = quad_of_b(first_column + 2u, quad);
    let b_3 = quad_of_b(first_column + 3u, quad);
    for (var i = 0u; i < ROWS; i += 1u) {
      let of_a = quad_of_a(first_row + i, quad);
      sums[i] += vec4f(dot(of_a, b_0), dot(of_a, b_1), dot(of_a, b_2), dot(of_a, b_3));
    }
  }
  for (var i = 0u; i < ROWS; i += 1u) {
    partial[i * INVOCATIONS + index] = sums[i];
  }
  // Loops whose bounds no driver knows: written out, the tree takes lavapipe ten seconds to compile.
  let rows = min(ROWS, parameters.rows - first_row);
  for (var stride = min(INVOCATIONS / 2u, parameters.columns * INVOCATIONS); stride > 0u; stride /= 2u) {
    workgroupBarrier();
    if index < stride {
      for (var i = 0u; i < rows; i += 1u) {
        let at = i * INVOCATIONS + index;
        partial[at] += partial[at + stride];
      }
    }
  }
  workgroupBarrier();
  // One invocation a row.
  let row = first_row + index;
  if index < ROWS && row < parameters.rows && first_column < parameters.columns {
    let at = row * parameters.columns + first_column;
    store_quad(at, first_column, parameters.columns, partial[index * INVOCATIONS], parameters.terms);
  }
}
