// y [M, N] = a^T b, ended by lib/epilogue, a [K, M], b [K, N]: the gradients of weights, whose K is long.
// For software adapters with subgroups of eight and more. As held.wgsl, but for a's memory, which runs along M: lanes read four rows of a^T
// together, each at four steps along K. The sums of the rows are kept from one block to the next.
// Products are added in the order of K by fma.
// TERMS: the terms that a product may have; the others are compiled away.
// SUM_A, SUM_B: lib/bias_gradient. Their sums take walks of their own, in the order of K.
@if(SUM_A || SUM_B) import package::lib::bias_gradient::store_sums;
import package::lib::epilogue::{known_terms, store_quad};
import package::lib::held_block::{CHUNK, QUADS, STEPS, add_chunk, are_there, hold};
import package::lib::kept_sums::{keep, kept, kept_sums};
@if(SUM_B) import package::lib::operand::quad_of_b;
import package::lib::operand::quad_of_a;
import constants::{CHUNKS, LANES, TERMS};

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  stride_of_a: u32,
  stride_of_y: u32,
  tile_rows: u32, // whole quads, at most MOST_ROWS
  terms: u32,
}
var<immediate> parameters: Parameters;

// This lane's quads of four rows of a chunk.
fn read_chunk(row: u32, k: u32, chunk: u32) -> mat4x4f {
  if chunk >= CHUNKS { return mat4x4f(); }
  let line = k + chunk * CHUNK;
  let lines = parameters.inner;
  let length = parameters.stride_of_a;
  return transpose(mat4x4f(
    quad_of_a(line, row, lines, length),
    quad_of_a(line + 1u, row, lines, length),
    quad_of_a(line + 2u, row, lines, length),
    quad_of_a(line + 3u, row, lines, length),
  ));
}

fn add_row(row: u32, origin: u32, lane: u32, a_0: vec4f, a_1: vec4f) {
  let sums = add_chunk(add_chunk(kept_sums(row, lane, origin), a_0, 0u), a_1, 1u);
  if are_there(sums, parameters.rows) { keep(sums, row, lane); }
}

// Row i of four, whose quads along K are the columns of a matrix.
fn pick(quads: mat4x4f, i: u32) -> vec4f {
  return select(select(quads[0], quads[1], i == 1u), select(quads[2], quads[3], i == 3u), i >= 2u);
}

@compute @workgroup_size(LANES)
fn main(@builtin(subgroup_invocation_id) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let columns = parameters.columns;
  let inner = parameters.inner;
  let column = 4u * (workgroup.x * QUADS * LANES + lane);
  let first = workgroup.y * parameters.tile_rows;
  let rows = min(parameters.tile_rows, parameters.rows - first);
  for (var origin = 0u; origin < inner; origin += STEPS) {
    hold(origin, column, inner, columns);
    for (var row = 0u; row < rows; row += 4u) {
      let k = origin + 4u * lane;
      let a_0 = read_chunk(first + row, k, 0u);
      let a_1 = read_chunk(first + row, k, 1u);
      // Row by row: the sums of four rows would not stay in registers. Drivers leave this loop as it is, so that a processor keeps its code.
      for (var i = 0u; i < 4u; i += 1u) { add_row(row + i, origin, lane, pick(a_0, i), pick(a_1, i)); }
    }
  }
  // A bound that no driver knows: an epilogue for each quad would take long to compile.
  let quads = select(QUADS, 0u, columns == 0u);
  for (var quad = 0u; quad < quads; quad += 1u) {
    let at = column + quad * CHUNK;
    for (var row = 0u; at < columns && row < rows; row += 1u) {
      let place = (first + row) * parameters.stride_of_y + at;
      store_quad(place, at, columns, kept[row][quad][lane], known_terms(TERMS, parameters.terms));
    }
    @if(SUM_B) {
      if workgroup.y == 0u && at < columns { sum_columns(at); }
    }
  }
  @if(SUM_A) {
    for (var row = 4u * lane; workgroup.x == 0u && row < rows; row += CHUNK) { sum_rows(first + row); }
  }
}

@if(SUM_A)
fn sum_rows(row: u32) {
  var sums = vec4f(0.0);
  for (var k = 0u; k < parameters.inner; k += 1u) { sums += quad_of_a(k, row, parameters.inner, parameters.stride_of_a); }
  store_sums(0u, row, parameters.rows, sums, parameters.terms);
}

@if(SUM_B)
fn sum_columns(column: u32) {
  var sums = vec4f(0.0);
  for (var k = 0u; k < parameters.inner; k += 1u) { sums += quad_of_b(k, column, parameters.inner, parameters.columns); }
  store_sums(0u, column, parameters.columns, sums, parameters.terms);
}
