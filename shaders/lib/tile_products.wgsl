// The two kinds of products of a tile (lib/head_tile) with the block in `band`. An invocation is a lane of a group of four rows of the tile,
// and a vec4f holds a number for each of the four.
// Vectors of the tile, such as its queries, lie in workgroup memory by [vector][D][group], so one read serves four fma of a product.
import package::lib::head_tile::{band, BLOCK_ROWS, EACH, GROUPS, LINE, PART_LINE, PARTS, PART_ROWS, QUADS_EACH, SLICES};
import constants::{ACROSS, SLICE, TILE_VECTORS};

const VECTOR_SIZE = SLICES * u32(SLICE) * 4u * GROUPS;
var<workgroup> tile: array<vec4f, u32(TILE_VECTORS) * VECTOR_SIZE>;

// Weights of the sums by [row of the block][group].
const WEIGHT_LINE = GROUPS + 1u;
var<workgroup> weights: array<vec4f, BLOCK_ROWS * WEIGHT_LINE>;

// With the rows lane, lane + ACROSS and so on of the block, and of their quads lane, lane + ACROSS and so on: four rows each.
alias Scores = array<vec4f, EACH>;
alias Sums = array<vec4f, 4u * QUADS_EACH>;

// Column i of `columns` has value 4 quad + i of a vector for each of a group's rows.
fn keep_in_tile(vector: u32, quad: u32, group: u32, columns: mat4x4f) {
  let at = vector * VECTOR_SIZE + 4u * quad * GROUPS + group;
  tile[at] = columns[0];
  tile[at + GROUPS] = columns[1];
  tile[at + 2u * GROUPS] = columns[2];
  tile[at + 3u * GROUPS] = columns[3];
}

// Adds the products of a vector of the tile with the slice of the block in `band`. The bounds of arguments are said once, so that Tint
// proves those of what the loop reads and guards no read.
fn add_scores(scores: ptr<function, Scores>, vector: u32, slice: u32, group: u32, lane: u32) {
  let tile_begin = min(vector, TILE_VECTORS - 1u) * VECTOR_SIZE + min(slice, SLICES - 1u) * (SLICE * 4u * GROUPS) + min(group, GROUPS - 1u);
  let line_begin = min(lane, ACROSS - 1u) * LINE;
  for (var quad = 0u; quad < SLICE; quad += 1u) {
    let at = tile_begin + quad * (4u * GROUPS);
    for (var j = 0u; j < EACH; j += 1u) {
      let other = band[line_begin + j * (ACROSS * LINE) + quad];
      (*scores)[j] = fma(vec4f(other.x), tile[at], (*scores)[j]);
      (*scores)[j] = fma(vec4f(other.y), tile[at + GROUPS], (*scores)[j]);
      (*scores)[j] = fma(vec4f(other.z), tile[at + 2u * GROUPS], (*scores)[j]);
      (*scores)[j] = fma(vec4f(other.w), tile[at + 3u * GROUPS], (*scores)[j]);
    }
  }
}

// Adds the vectors of the part of the block in `band`, each times its weight.
fn add_sums(sums: ptr<function, Sums>, part: u32, group: u32, lane: u32) {
  let weight_begin = min(part, PARTS - 1u) * (PART_ROWS * WEIGHT_LINE) + min(group, GROUPS - 1u);
  let quad_begin = min(lane, ACROSS - 1u);
  for (var i = 0u; i < PART_ROWS; i += 1u) {
    let weight = weights[weight_begin + i * WEIGHT_LINE];
    for (var j = 0u; j < QUADS_EACH; j += 1u) {
      let other = band[i * PART_LINE + quad_begin + j * ACROSS];
      (*sums)[4u * j] = fma(vec4f(weight.x), other, (*sums)[4u * j]);
      (*sums)[4u * j + 1u] = fma(vec4f(weight.y), other, (*sums)[4u * j + 1u]);
      (*sums)[4u * j + 2u] = fma(vec4f(weight.z), other, (*sums)[4u * j + 2u]);
      (*sums)[4u * j + 3u] = fma(vec4f(weight.w), other, (*sums)[4u * j + 3u]);
    }
  }
}
