// y [M, N] = op(a) b, ended by lib/epilogue, b [K, N] packed in quads of columns; op(a)[row, k] lies at
// row * row_stride + k * inner_stride, so that one kernel serves a [M, K] and a [K, M].
// For software adapters with subgroups of four (SwiftShader). One workgroup is one subgroup and owns 16 rows by 4 * QUADS * LANES columns
// of y: a sum of outer products, one for each step along K, added in that order by fma. A lane holds QUADS quads of neighbouring columns,
// LANES quads apart, of every row: sums_RQ[i] is row 4 R + i of quad Q. QUADS is 1, 2 or 4: more quads spread a shuffle over more products.
// SwiftShader unrolls nothing and masks every lane: a variable that lives through a loop costs twice as much in every
// iteration as an fma, a value read from memory ten times as much. So an iteration takes four steps along K, one for each lane's values
// of a, in matrices that are named one by one, and nothing is read twice. Past the end of K the values of a are zero.
// With HALF_B b is stored as 16-bit floats. TERMS: the terms that a product may have; the others are compiled away.
// SUM_A, SUM_B: lib/bias_gradient. Sums of a take the values that a lane fetches for the others, sums of b a walk of their own.
@if(SUM_A || SUM_B) import package::lib::bias_gradient::store_sums;
import package::lib::epilogue::{known_terms, store_quad};
@if(HALF_B) import package::lib::half::unpack_quad;
import constants::{LANES, QUADS, TERMS};

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

@group(0) @binding(0) var<storage, read> a: array<f32>; // [M, K]
@if(!HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec4f>; // [K, N]
@if(HALF_B) @group(0) @binding(1) var<storage, read> b: array<vec2u>; // [K, N]

// Four rows of a whose values lie `stride` apart, the first row at `at`; rows past the last one repeat it and are never stored.
fn four_of_a(row: u32, rows: u32, at: u32, stride: u32) -> vec4f {
  let last = rows - 1u;
  return vec4f(
    a[at + min(row, last) * stride],
    a[at + min(row + 1u, last) * stride],
    a[at + min(row + 2u, last) * stride],
    a[at + min(row + 3u, last) * stride],
  );
}

fn quad_of_b(at: u32) -> vec4f {
  @if(HALF_B) { return unpack_quad(b[at]); }
  @if(!HALF_B) { return b[at]; }
}

// The i-th of four.
fn pick(i: u32, sums_0: vec4f, sums_1: vec4f, sums_2: vec4f, sums_3: vec4f) -> vec4f {
  return select(select(sums_3, sums_2, i == 2u), select(sums_1, sums_0, i == 0u), i < 2u);
}

// How far y reaches, and which terms it takes.
struct Product {
  rows: u32,
  columns: u32,
  stride_of_y: u32,
  terms: u32,
}

// What lies past the edges is left alone.
fn store_row(row: u32, quad: u32, sums: vec4f, product: Product) {
  if row < product.rows && quad * 4u < product.columns {
    store_quad(row * product.stride_of_y + quad * 4u, quad * 4u, product.columns, sums, known_terms(TERMS, product.terms));
  }
}

// Four neighbouring rows of a quad.
fn store_four(row: u32, quad: u32, sums: mat4x4f, product: Product) {
  store_row(row, quad, sums[0], product);
  store_row(row + 1u, quad, sums[1], product);
  store_row(row + 2u, quad, sums[2], product);
  store_row(row + 3u, quad, sums[3], product);
}

@if(SUM_A)
fn store_sums_of_a(row: u32, sums: mat4x4f, lane: u32, rows: u32, terms: u32) {
  var whole = array(subgroupAdd(sums[0]), subgroupAdd(sums[1]), subgroupAdd(sums[2]), subgroupAdd(sums[3]));
  for (var i = 0u; lane == 0u && i < 4u && row + 4u * i < rows; i += 1u) {
    store_sums(0u, row + 4u * i, rows, whole[i], terms);
  }
}

@if(SUM_B)
fn sum_quad_of_b(quad: u32, columns: u32, inner: u32, terms: u32) {
  let quads = (columns + 3u) / 4u;
  if quad >= quads {
    return;
  }
  var sums: vec4f;
  for (var k = 0u; k < inner; k += 1u) { sums += quad_of_b(k * quads + quad); }
  store_sums(0u, 4u * quad, columns, sums, terms);
}

// The values that a lane holds of four rows, at the step along K that is its own; zero past the end of K.
fn held_of_a(row: u32, k: u32) -> vec4f {
  let at = min(k, parameters.inner - 1u) * parameters.inner_stride;
  return select(vec4f(), four_of_a(row, parameters.rows, at, parameters.row_stride), k < parameters.inner);
}

// A quad of one row by four steps along K; of_b[k] is the quad at step k.
fn add_row(sum: vec4f, a_0: f32, a_1: f32, a_2: f32, a_3: f32, of_b: mat4x4f) -> vec4f {
  return fma(vec4f(a_3), of_b[3], fma(vec4f(a_2), of_b[2], fma(vec4f(a_1), of_b[1], fma(vec4f(a_0), of_b[0], sum))));
}

// The same of four rows; of_a[k] has the four rows at step k. Row by row, because four sums stay in registers and sixteen do not.
fn add_steps(sums: mat4x4f, of_a: mat4x4f, of_b: mat4x4f) -> mat4x4f {
  return mat4x4f(
    add_row(sums[0], of_a[0].x, of_a[1].x, of_a[2].x, of_a[3].x, of_b),
    add_row(sums[1], of_a[0].y, of_a[1].y, of_a[2].y, of_a[3].y, of_b),
    add_row(sums[2], of_a[0].z, of_a[1].z, of_a[2].z, of_a[3].z, of_b),
    add_row(sums[3], of_a[0].w, of_a[1].w, of_a[2].w, of_a[3].w, of_b),
  );
}

// The four steps along K that the lanes hold, for every lane.
fn steps_of(held: vec4f) -> mat4x4f {
  return mat4x4f(quadBroadcast(held, 0u), quadBroadcast(held, 1u), quadBroadcast(held, 2u), quadBroadcast(held, 3u));
}

// A quad of columns at four steps along K; what lies past the end meets zeros of a.
fn steps_of_b(k: u32, column: u32, quads: u32) -> mat4x4f {
  let last = parameters.inner - 1u;
  return mat4x4f(
    quad_of_b(k * quads + column),
    quad_of_b(min(k + 1u, last) * quads + column),
    quad_of_b(min(k + 2u, last) * quads + column),
    quad_of_b(min(k + 3u, last) * quads + column),
  );
}

// Element i of four matrices of sums, which are four rows of a quad each.
fn store_picked(i: u32, row: u32, quad: u32, sums_0: mat4x4f, sums_1: mat4x4f, sums_2: mat4x4f, sums_3: mat4x4f) {
  let sums = mat4x4f(
    pick(i, sums_0[0], sums_1[0], sums_2[0], sums_3[0]),
    pick(i, sums_0[1], sums_1[1], sums_2[1], sums_3[1]),
    pick(i, sums_0[2], sums_1[2], sums_2[2], sums_3[2]),
    pick(i, sums_0[3], sums_1[3], sums_2[3], sums_3[3]),
  );
  store_four(row, quad, sums, Product(parameters.rows, parameters.columns, parameters.stride_of_y, parameters.terms));
}

@compute @workgroup_size(LANES)
fn main(@builtin(subgroup_invocation_id) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
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
    let a_0 = held_of_a(row, k + lane);
    let a_1 = held_of_a(row + 4u, k + lane);
    let a_2 = held_of_a(row + 8u, k + lane);
    let a_3 = held_of_a(row + 12u, k + lane);
    @if(SUM_A) { sums_of_a += mat4x4f(a_0, a_1, a_2, a_3); }
    let steps_0 = steps_of(a_0);
    let steps_1 = steps_of(a_1);
    let steps_2 = steps_of(a_2);
    let steps_3 = steps_of(a_3);
    let b_0 = steps_of_b(k, column_0, quads);
    sums_00 = add_steps(sums_00, steps_0, b_0);
    sums_10 = add_steps(sums_10, steps_1, b_0);
    sums_20 = add_steps(sums_20, steps_2, b_0);
    sums_30 = add_steps(sums_30, steps_3, b_0);
    if QUADS > 1 {
      let b_1 = steps_of_b(k, column_1, quads);
      sums_01 = add_steps(sums_01, steps_0, b_1);
      sums_11 = add_steps(sums_11, steps_1, b_1);
      sums_21 = add_steps(sums_21, steps_2, b_1);
      sums_31 = add_steps(sums_31, steps_3, b_1);
    }
    if QUADS > 2 {
      let b_2 = steps_of_b(k, column_2, quads);
      let b_3 = steps_of_b(k, column_3, quads);
      sums_02 = add_steps(sums_02, steps_0, b_2);
      sums_12 = add_steps(sums_12, steps_1, b_2);
      sums_22 = add_steps(sums_22, steps_2, b_2);
      sums_32 = add_steps(sums_32, steps_3, b_2);
      sums_03 = add_steps(sums_03, steps_0, b_3);
      sums_13 = add_steps(sums_13, steps_1, b_3);
      sums_23 = add_steps(sums_23, steps_2, b_3);
      sums_33 = add_steps(sums_33, steps_3, b_3);
    }
  }
  let row_quads = min(4u, (parameters.rows - row + 3u) / 4u);
  for (var i = 0u; i < row_quads; i += 1u) {
    let first = row + 4u * i;
    store_picked(i, first, quad_0, sums_00, sums_10, sums_20, sums_30);
    if QUADS > 1 {
      store_picked(i, first, quad_0 + LANES, sums_01, sums_11, sums_21, sums_31);
    }
    if QUADS > 2 {
      store_picked(i, first, quad_0 + 2u * LANES, sums_02, sums_12, sums_22, sums_32);
      store_picked(i, first, quad_0 + 3u * LANES, sums_03, sums_13, sums_23, sums_33);
    }
  }
  @if(SUM_A) {
    if workgroup.x == 0u { store_sums_of_a(row, sums_of_a, lane, parameters.rows, parameters.terms); }
  }
  @if(SUM_B) {
    for (var quad = 0u; quad < select(0u, u32(QUADS), workgroup.y == 0u); quad += 1u) {
      sum_quad_of_b(quad_0 + quad * LANES, parameters.columns, parameters.inner, parameters.terms);
    }
  }
}
