// What the kernels of a product by one subgroup share (matmul/subgroup, matmul/subgroup_of_four): their operands, and what they store.
// b [K, N] is packed in quads of columns. With HALF_B it is stored as 16-bit floats.
@if(SUM_A || SUM_B) import package::lib::bias_gradient::store_sums;
import package::lib::epilogue::{known_terms, store_quad};
@if(HALF_B) import package::lib::half::unpack_quad;
import constants::TERMS;

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
