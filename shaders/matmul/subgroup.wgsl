// y [M, N] = op(a) b, ended by lib/epilogue, b [K, N] packed in quads of columns; op(a)[row, k] lies at
// row * row_stride + k * inner_stride, so that one kernel serves a [M, K] and a [K, M].
// For software adapters, where subgroup shuffles are nearly free and workgroup memory is slow. One workgroup is one subgroup and
// owns 16 rows by 4 * QUADS * LANES columns of y: a sum of outer products, one for each step along K. A lane holds QUADS quads of
// neighbouring columns, LANES quads apart, of every row: sums_RQ[i] is row 4 R + i of quad Q. The matrices are named one by one
// because SwiftShader unrolls no loops over arrays. QUADS is 1, 2 or 4: more quads spread a shuffle over more products.
// Each lane fetches 16 values of a at another k; subgroupShuffle hands them to all lanes. Products are added in the order of K by
// fma whatever the tile: a row's value does not depend on its batch.
// With HALF_B b is stored as 16-bit floats. TERMS: the terms that a product may have; the others are compiled away.
// SUM_A, SUM_B: lib/bias_gradient. Sums of a take the values that a lane fetches for the others, sums of b a walk of their own.
import package::lib::subgroup_tile::{four_of_a, pick, quad_of_b, store_four, Product};
@if(SUM_A) import package::lib::subgroup_tile::store_sums_of_a;
@if(SUM_B) import package::lib::subgroup_tile::sum_quad_of_b;
import constants::LANES;
import constants::QUADS;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  row_stride: u32,
  inner_stride: u32,
  stride_of_y: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

fn add_outer(sums: mat4x4f, of_a: vec4f, of_b: vec4f) -> mat4x4f {
  return mat4x4f(
    fma(vec4f(of_a.x), of_b, sums[0]),
    fma(vec4f(of_a.y), of_b, sums[1]),
    fma(vec4f(of_a.z), of_b, sums[2]),
    fma(vec4f(of_a.w), of_b, sums[3]),
  );
}

fn pick_four(i: u32, sums_0: mat4x4f, sums_1: mat4x4f, sums_2: mat4x4f, sums_3: mat4x4f) -> mat4x4f {
  return mat4x4f(
    pick(i, sums_0[0], sums_1[0], sums_2[0], sums_3[0]),
    pick(i, sums_0[1], sums_1[1], sums_2[1], sums_3[1]),
    pick(i, sums_0[2], sums_1[2], sums_2[2], sums_3[2]),
    pick(i, sums_0[3], sums_1[3], sums_2[3], sums_3[3]),
  );
}

@compute @workgroup_size(LANES)
fn main(@builtin(subgroup_invocation_id) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let rows = parameters.rows;
  let row_stride = parameters.row_stride;
  let row = workgroup.y * 16u;
  let quads = (parameters.columns + 3u) / 4u;
  let quad_0 = workgroup.x * (LANES * QUADS) + lane;
  // What is read past the edge is never stored.
  let column_0 = min(quad_0, quads - 1u);
  let column_1 = min(quad_0 + LANES, quads - 1u);
  let column_2 = min(quad_0 + 2u * LANES, quads - 1u);
  let column_3 = min(quad_0 + 3u * LANES, quads - 1u);
  var sums_00: mat4x4f;
  var sums_01: mat4x4f;
  var sums_02: mat4x4f;
  var sums_03: mat4x4f;
  var sums_10: mat4x4f;
  var sums_11: mat4x4f;
  var sums_12: mat4x4f;
  var sums_13: mat4x4f;
  var sums_20: mat4x4f;
  var sums_21: mat4x4f;
  var sums_22: mat4x4f;
  var sums_23: mat4x4f;
  var sums_30: mat4x4f;
  var sums_31: mat4x4f;
  var sums_32: mat4x4f;
  var sums_33: mat4x4f;
  @if(SUM_A) var sums_of_a: mat4x4f;
  for (var k = 0u; k < parameters.inner; k += LANES) {
    let mine = min(k + lane, parameters.inner - 1u) * parameters.inner_stride;
    let a_0 = four_of_a(row, rows, mine, row_stride);
    let a_1 = four_of_a(row + 4u, rows, mine, row_stride);
    let a_2 = four_of_a(row + 8u, rows, mine, row_stride);
    let a_3 = four_of_a(row + 12u, rows, mine, row_stride);
    @if(SUM_A) { sums_of_a += mat4x4f(a_0, a_1, a_2, a_3) * select(0.0, 1.0, k + lane < parameters.inner); }
    // Loads, shuffles, then products row by row: in another order LLVM spills and the kernel takes twice as long.
    for (var owner = 0u; owner < min(u32(LANES), parameters.inner - k); owner += 1u) {
      let of_b = (k + owner) * quads;
      let b_0 = quad_of_b(of_b + column_0);
      let b_1 = quad_of_b(of_b + column_1);
      let b_2 = quad_of_b(of_b + column_2);
      let b_3 = quad_of_b(of_b + column_3);
      let of_a_0 = subgroupShuffle(a_0, owner);
      let of_a_1 = subgroupShuffle(a_1, owner);
      let of_a_2 = subgroupShuffle(a_2, owner);
      let of_a_3 = subgroupShuffle(a_3, owner);
      sums_00 = add_outer(sums_00, of_a_0, b_0);
      if QUADS > 1 {
        sums_01 = add_outer(sums_01, of_a_0, b_1);
      }
      if QUADS > 2 {
        sums_02 = add_outer(sums_02, of_a_0, b_2);
        sums_03 = add_outer(sums_03, of_a_0, b_3);
      }
      sums_10 = add_outer(sums_10, of_a_1, b_0);
      if QUADS > 1 {
        sums_11 = add_outer(sums_11, of_a_1, b_1);
      }
      if QUADS > 2 {
        sums_12 = add_outer(sums_12, of_a_1, b_2);
        sums_13 = add_outer(sums_13, of_a_1, b_3);
      }
      sums_20 = add_outer(sums_20, of_a_2, b_0);
      if QUADS > 1 {
        sums_21 = add_outer(sums_21, of_a_2, b_1);
      }
      if QUADS > 2 {
        sums_22 = add_outer(sums_22, of_a_2, b_2);
        sums_23 = add_outer(sums_23, of_a_2, b_3);
      }
      sums_30 = add_outer(sums_30, of_a_3, b_0);
      if QUADS > 1 {
        sums_31 = add_outer(sums_31, of_a_3, b_1);
      }
      if QUADS > 2 {
        sums_32 = add_outer(sums_32, of_a_3, b_2);
        sums_33 = add_outer(sums_33, of_a_3, b_3);
      }
    }
  }
  // Loops that no driver unrolls, because a store and its epilogue written out for every row and quad cost more to compile than
  // all the rest.
  let product = Product(rows, parameters.columns, parameters.stride_of_y, parameters.terms);
  let row_quads = min(4u, (rows - row + 3u) / 4u);
  let own_quads = min(u32(QUADS), (quads - workgroup.x * (LANES * QUADS) + LANES - 1u) / LANES);
  for (var i = 0u; i < row_quads; i += 1u) {
    for (var quad = 0u; quad < own_quads; quad += 1u) {
      let sums = pick_four(
        quad,
        pick_four(i, sums_00, sums_10, sums_20, sums_30),
        pick_four(i, sums_01, sums_11, sums_21, sums_31),
        pick_four(i, sums_02, sums_12, sums_22, sums_32),
        pick_four(i, sums_03, sums_13, sums_23, sums_33),
      );
      store_four(row + 4u * i, quad_0 + quad * LANES, sums, product);
    }
  }
  @if(SUM_A) {
    if workgroup.x == 0u { store_sums_of_a(row, sums_of_a, lane, parameters.rows, parameters.terms); }
  }
  @if(SUM_B) {
    for (var quad = 0u; quad < select(0u, own_quads, workgroup.y == 0u); quad += 1u) {
      sum_quad_of_b(quad_0 + quad * LANES, parameters.columns, parameters.inner, parameters.terms);
    }
  }
}
