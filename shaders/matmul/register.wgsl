// y [M, N] = op(a) op(b), ended by lib/epilogue, with op given by the layout:
//   NN: a [M, K], b [K, N]     NT: a [M, K], b [N, K]     TN: a [K, M], b [K, N]
// For software adapters without subgroups of a fixed size: no workgroup memory, no barriers. One invocation owns 8 rows by 4
// columns of y in registers; a workgroup is 8 invocations side by side along the columns. Products are added in the order of K by fma.
// With HALF_B b is stored as 16-bit floats. With PAIRED its columns come in the order of lib/swiglu. TERMS: the terms that a product may
// have; the others are compiled away.
// SUM_A, SUM_B: lib/bias_gradient. An invocation adds up a row of a, or its columns of b, in the order of K.
@if(SUM_A || SUM_B) import package::lib::bias_gradient::store_sums;
import package::lib::epilogue::{known_terms, store_quad};
@if(HALF_B) import package::lib::half::unpack_one;
@if(PAIRED) import package::lib::swiglu::line_of_pair;
import constants::TERMS;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  stride_of_a: u32,
  stride_of_y: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> a: array<f32>; // [M, K]
@if(!HALF_B) @group(0) @binding(1) var<storage, read> b: array<f32>; // [K, N]
@if(HALF_B) @group(0) @binding(1) var<storage, read> b: array<u32>; // [K, N]

const ROWS = 8u;

// op(a)[row, k]; rows past the end repeat the last one, and are never stored.
fn load_a(row: u32, k: u32) -> f32 {
  let inside = min(row, parameters.rows - 1u);
  @if(TN) { return a[k * parameters.stride_of_a + inside]; }
  @if(!TN) { return a[inside * parameters.stride_of_a + k]; }
}

fn value_of_b(at: u32) -> f32 {
  @if(HALF_B) { return unpack_one(b[at / 2u], at); }
  @if(!HALF_B) { return b[at]; }
}

// op(b)[k, column]; columns past the end repeat the last one.
fn load_b(k: u32, column: u32) -> f32 {
  let inside = min(column, parameters.columns - 1u);
  @if(NT && PAIRED) { return value_of_b(line_of_pair(inside, parameters.columns) * parameters.inner + k); }
  @if(NT && !PAIRED) { return value_of_b(inside * parameters.inner + k); }
  @if(!NT) { return value_of_b(k * parameters.columns + inside); }
}

// An invocation's share of the bias's gradient; the eight invocations have the eight rows.
@if(SUM_A)
fn sum_a(row: u32) {
  if row >= parameters.rows {
    return;
  }
  var sum = 0.0;
  for (var k = 0u; k < parameters.inner; k += 1u) { sum += load_a(row, k); }
  store_sums(0u, row, row + 1u, vec4f(sum), parameters.terms);
}

@if(SUM_B)
fn sum_b(column: u32) {
  if column >= parameters.columns {
    return;
  }
  var sums: vec4f;
  for (var k = 0u; k < parameters.inner; k += 1u) {
    sums += vec4f(load_b(k, column), load_b(k, column + 1u), load_b(k, column + 2u), load_b(k, column + 3u));
  }
  store_sums(0u, column, parameters.columns, sums, parameters.terms);
}

@compute @workgroup_size(8)
fn main(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let first_row = workgroup.y * ROWS;
  let first_column = (workgroup.x * 8u + index) * 4u;
  var sums: array<vec4f, ROWS>;
  for (var k = 0u; k < parameters.inner; k += 1u) {
    let of_b = vec4f(load_b(k, first_column), load_b(k, first_column + 1u), load_b(k, first_column + 2u), load_b(k, first_column + 3u));
    for (var i = 0u; i < ROWS; i += 1u) {
      sums[i] = fma(vec4f(load_a(first_row + i, k)), of_b, sums[i]);
    }
  }
  @if(SUM_A) { if workgroup.x == 0u { sum_a(first_row + index); } }
  @if(SUM_B) { if workgroup.y == 0u { sum_b(first_column); } }
  if first_column >= parameters.columns {
    return;
  }
  for (var i = 0u; i < min(ROWS, parameters.rows - first_row); i += 1u) {
    let at = (first_row + i) * parameters.stride_of_y + first_column;
    store_quad(at, first_column, parameters.columns, sums[i], known_terms(TERMS, parameters.terms));
  }
}
