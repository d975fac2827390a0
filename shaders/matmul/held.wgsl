// y [M, N] = a op(b), ended by lib/epilogue, with op given by the layout:
//   NN: b [K, N]     NT: b [N, K]
// For software adapters with subgroups of eight and more. One workgroup is one subgroup: it holds a block of op(b) of QUADS quads of columns
// a lane (lib/held_block) and walks over `tile_rows` rows of a, which its lanes read together.
// With SEVERAL_BLOCKS a block has fewer steps than K: the sums of the rows are kept from one block to the next.
// Products are added in the order of K by fma whatever the block: a row's value does not depend on its batch.
// TERMS: the terms that a product may have; the others are compiled away.
import package::lib::epilogue::{known_terms, store_quad};
import package::lib::held_block::{CHUNK, QUADS, STEPS, Sums, add_chunk, are_there, hold};
@if(SEVERAL_BLOCKS) import package::lib::kept_sums::{keep, kept_sums};
import package::lib::operand::quad_of_a;
import constants::{CHUNKS, LANES, TERMS};

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  stride_of_a: u32,
  stride_of_y: u32,
  tile_rows: u32, // at most MOST_ROWS
  terms: u32,
}
var<immediate> parameters: Parameters;

// This lane's quad of a chunk.
fn read_chunk(row: u32, k: u32, chunk: u32) -> vec4f {
  if chunk >= CHUNKS { return vec4f(); }
  return quad_of_a(row, k + chunk * CHUNK, parameters.rows, parameters.stride_of_a);
}

// The sums of a row with the block that begins at step `origin`.
fn add_block(before: Sums, row: u32, origin: u32, lane: u32) -> Sums {
  // All is read before the first product: else LLVM lets the sums wait for the last read, and their products fill memory.
  let k = origin + 4u * lane;
  let a_0 = read_chunk(row, k, 0u);
  let a_1 = read_chunk(row, k, 1u);
  let a_2 = read_chunk(row, k, 2u);
  let a_3 = read_chunk(row, k, 3u);
  return add_chunk(add_chunk(add_chunk(add_chunk(before, a_0, 0u), a_1, 1u), a_2, 2u), a_3, 3u);
}

fn store(row: u32, column: u32, sums: vec4f) {
  if column >= parameters.columns { return; }
  store_quad(row * parameters.stride_of_y + column, column, parameters.columns, sums, known_terms(TERMS, parameters.terms));
}

@compute @workgroup_size(LANES)
fn main(@builtin(subgroup_invocation_id) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let inner = parameters.inner;
  let column = 4u * (workgroup.x * QUADS * LANES + lane);
  let first = workgroup.y * parameters.tile_rows;
  let end = min(first + parameters.tile_rows, parameters.rows);
  for (var origin = 0u; origin < inner; origin += STEPS) {
    hold(origin, column, inner, parameters.columns);
    for (var row = first; row < end; row += 1u) {
      var sums = Sums();
      @if(SEVERAL_BLOCKS) { sums = kept_sums(row - first, lane, origin); }
      sums = add_block(sums, row, origin, lane);
      let is_summed = are_there(sums, parameters.rows);
      @if(SEVERAL_BLOCKS) { if is_summed { keep(sums, row - first, lane); } }
      if is_summed && origin + STEPS >= inner {
        store(row, column, sums.left);
        @if(TWO_QUADS) { store(row, column + CHUNK, sums.right); }
      }
    }
  }
}
