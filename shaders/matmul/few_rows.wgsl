// y [M, N] = a b^T, ended by lib/epilogue, a [M, K], b [N, K], for few rows: decoding, where b is read once, and packing it (pack.wgsl) or
// holding it (held.wgsl) would cost more than it saves. For software adapters with subgroups.
// One workgroup is one subgroup and owns 4 or 8 rows (TILE_ROWS) by 4 * LANES columns of y; a lane holds 4 neighbouring columns of
// every row and fetches a quad along K of each of them. Each lane fetches another quad of a; subgroupShuffle hands it to all.
// Products are added in the order of K by fma, as in the kernels for many rows: a row has the same bits by all.
// TERMS: the terms that a product may have; the others are compiled away.
import package::lib::epilogue::{known_terms, store_quad};
import package::lib::row_quads::{quad_of_a, quad_of_b};
import constants::LANES;
import constants::TERMS;
import constants::TILE_ROWS;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  stride_of_y: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

fn four_of_a(row: u32, quad: u32) -> mat4x4f {
  let rows = parameters.rows;
  let inner = parameters.inner;
  return mat4x4f(
    quad_of_a(row, quad, rows, inner),
    quad_of_a(row + 1u, quad, rows, inner),
    quad_of_a(row + 2u, quad, rows, inner),
    quad_of_a(row + 3u, quad, rows, inner),
  );
}

// A row of y by four steps of K; of_b[i] is four columns at step i.
fn add_row(sum: vec4f, of_a: vec4f, of_b: mat4x4f) -> vec4f {
  return fma(vec4f(of_a.w), of_b[3], fma(vec4f(of_a.z), of_b[2], fma(vec4f(of_a.y), of_b[1], fma(vec4f(of_a.x), of_b[0], sum))));
}

fn add_four(sums: mat4x4f, of_a: mat4x4f, owner: u32, of_b: mat4x4f) -> mat4x4f {
  return mat4x4f(
    add_row(sums[0], subgroupShuffle(of_a[0], owner), of_b),
    add_row(sums[1], subgroupShuffle(of_a[1], owner), of_b),
    add_row(sums[2], subgroupShuffle(of_a[2], owner), of_b),
    add_row(sums[3], subgroupShuffle(of_a[3], owner), of_b),
  );
}

@compute @workgroup_size(LANES)
fn main(@builtin(subgroup_invocation_id) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let row = workgroup.y * TILE_ROWS;
  let column = (workgroup.x * LANES + lane) * 4u;
  let columns = parameters.columns;
  let inner = parameters.inner;
  let steps = (inner + 3u) / 4u;
  var sums_0: mat4x4f;
  var sums_1: mat4x4f;
  for (var k = 0u; k < steps; k += LANES) {
    let mine = min(k + lane, steps - 1u);
    let a_0 = four_of_a(row, mine);
    let a_1 = four_of_a(row + 4u, mine);
    for (var owner = 0u; owner < min(u32(LANES), steps - k); owner += 1u) {
      let quad = k + owner;
      let of_b = transpose(mat4x4f(
        quad_of_b(column, quad, columns, inner),
        quad_of_b(column + 1u, quad, columns, inner),
        quad_of_b(column + 2u, quad, columns, inner),
        quad_of_b(column + 3u, quad, columns, inner),
      ));
      sums_0 = add_four(sums_0, a_0, owner, of_b);
      if TILE_ROWS > 4 {
        sums_1 = add_four(sums_1, a_1, owner, of_b);
      }
    }
  }
  if column >= columns {
    return;
  }
  // A loop that no driver unrolls: unrolled epilogues cost more to compile than all the rest.
  var tile = array(sums_0, sums_1);
  for (var i = 0u; i < min(u32(TILE_ROWS), parameters.rows - row); i += 1u) {
    store_quad((row + i) * parameters.stride_of_y + column, column, columns, tile[i / 4u][i % 4u], known_terms(TERMS, parameters.terms));
  }
}
