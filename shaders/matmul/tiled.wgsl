// y [M, N] = op(a) op(b), ended by lib/epilogue, with op given by the layout:
//   NN: a [M, K], b [K, N]     NT: a [M, K], b [N, K]     TN: a [K, M], b [K, N]
// For GPUs. One workgroup owns TILE_HEIGHT x TILE_WIDTH of y and walks along K in slices STEP deep, which pass through workgroup
// memory, k-major, so that every value loaded is used by a whole row or column of the tile. An invocation owns BLOCK_HEIGHT rows by
// BLOCK_WIDTH columns in registers, in quads of neighbours; quads of one invocation lie a whole row of invocations apart, so that
// neighbours read neighbouring words. Slices are loaded in blocks of 4 x 4, transposed in registers where memory runs along K. All of
// these sizes are powers of two and at least 4.
// A slice is loaded into registers before the slice before it is multiplied, so that products hide the way to memory. What is loaded stays
// as it was stored until then: values outside become zero, and blocks are transposed, on the way to workgroup memory.
// Workgroup z multiplies the steps from z * depth to (z + 1) * depth of K and writes the z-th [M, N] of y: with one z that is all of K.
// Products of a part are added in the order of K by fma, whatever the tile and the rows beside a row.
// SUM_A, SUM_B: lib/bias_gradient, the sums of an operand in the order of K. An invocation adds up four of them from the slices.
@if(SUM_A || SUM_B) import package::lib::bias_gradient::store_sums;
import package::lib::epilogue::store_quad;
import package::lib::operand::{Block, load_block_of_a, load_block_of_b, numbers_of_a, numbers_of_b};
import constants::TILE_HEIGHT;
import constants::TILE_WIDTH;
import constants::STEP;
import constants::BLOCK_HEIGHT;
import constants::BLOCK_WIDTH;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  stride_of_a: u32,
  stride_of_y: u32,
  depth: u32,
  terms: u32,
  rows_first: u32, // 1: neighbouring workgroups own tiles below one another, and 0: tiles beside one another
}
var<immediate> parameters: Parameters;

// Invocations along the columns and the rows of the tile.
const ACROSS = u32(TILE_WIDTH / BLOCK_WIDTH);
const DOWN = u32(TILE_HEIGHT / BLOCK_HEIGHT);
const INVOCATIONS = ACROSS * DOWN;
// Quads of rows and of columns that an invocation owns.
const ROW_QUADS = u32(BLOCK_HEIGHT / 4);
const COLUMN_QUADS = u32(BLOCK_WIDTH / 4);
// A line of a slice: the quads at one k.
const LINE_OF_A = u32(TILE_HEIGHT / 4);
const LINE_OF_B = u32(TILE_WIDTH / 4);
// Blocks of 4 x 4 in a slice, and how many of them an invocation loads.
const STEP_BLOCKS = u32(STEP / 4);
const BLOCKS_OF_A = LINE_OF_A * STEP_BLOCKS;
const BLOCKS_OF_B = LINE_OF_B * STEP_BLOCKS;
const LOADS_OF_A = (BLOCKS_OF_A + INVOCATIONS - 1u) / INVOCATIONS;
const LOADS_OF_B = (BLOCKS_OF_B + INVOCATIONS - 1u) / INVOCATIONS;
// Where invocations are enough for both slices, the first ones load a and the next ones b, into the same registers.
const IS_SHARED = BLOCKS_OF_A + BLOCKS_OF_B <= INVOCATIONS;
const FIRST_OF_B = select(LOADS_OF_A, 0u, IS_SHARED);
const LOADERS_BEFORE_B = select(0u, BLOCKS_OF_A, IS_SHARED);
// Quads left free behind four lines, so that eight invocations that store neighbours along K meet eight different groups of banks.
const GAP = max(1u, 8u / STEP_BLOCKS);
const SLICE_OF_A = STEP_BLOCKS * (4u * LINE_OF_A + GAP);
const SLICE_OF_B = STEP_BLOCKS * (4u * LINE_OF_B + GAP);

// A slice of a, and behind it one of b.
var<workgroup> slices: array<vec4f, SLICE_OF_A + SLICE_OF_B>;

// Where the line at k of a slice begins.
fn line_of_a(k: u32) -> u32 {
  return k * LINE_OF_A + (k >> 2u) * GAP;
}

fn line_of_b(k: u32) -> u32 {
  return SLICE_OF_A + k * LINE_OF_B + (k >> 2u) * GAP;
}

// The values of a block of op(a) at k: column i holds four rows at k + i. Behind the end of K they are zero; rows that do not exist have any
// values, which end in sums that are not stored.
fn block_of_a(words: Block, k: u32) -> mat4x4f {
  var block: mat4x4f;
  for (var i = 0u; i < 4u; i += 1u) {
    @if(TN) let is_inside = vec4<bool>(k + i < parameters.inner);
    @if(!TN) let is_inside = k + vec4u(0u, 1u, 2u, 3u) < vec4u(parameters.stride_of_a);
    block[i] = select(vec4f(), numbers_of_a(words[i]), is_inside);
  }
  @if(TN) { return block; }
  @if(!TN) { return transpose(block); }
}

// The same of op(b): column i holds four columns at k + i.
fn block_of_b(words: Block, k: u32) -> mat4x4f {
  var block: mat4x4f;
  for (var i = 0u; i < 4u; i += 1u) {
    @if(NT) let is_inside = k + vec4u(0u, 1u, 2u, 3u) < vec4u(parameters.inner);
    @if(!NT) let is_inside = vec4<bool>(k + i < parameters.inner);
    block[i] = select(vec4f(), numbers_of_b(words[i]), is_inside);
  }
  @if(NT) { return transpose(block); }
  @if(!NT) { return block; }
}

// Where a block lies in its slice, as (quad of rows or columns, quad of k): neighbours follow the direction in which memory runs.
fn place_in_a(block: u32) -> vec2u {
  @if(TN) { return vec2u(block % LINE_OF_A, block / LINE_OF_A); }
  @if(!TN) { return vec2u(block / STEP_BLOCKS, block % STEP_BLOCKS); }
}

fn place_in_b(block: u32) -> vec2u {
  @if(NT) { return vec2u(block / STEP_BLOCKS, block % STEP_BLOCKS); }
  @if(!NT) { return vec2u(block % LINE_OF_B, block / LINE_OF_B); }
}

alias Loaded = array<Block, FIRST_OF_B + LOADS_OF_B>;

// The words of the slice at k. `first` is the first column and row of the tile.
fn load_slice(loaded: ptr<function, Loaded>, index: u32, first: vec2u, k: u32) {
  let length = parameters.stride_of_a;
  for (var t = 0u; t < LOADS_OF_A; t += 1u) {
    let block = index + t * INVOCATIONS;
    if block < BLOCKS_OF_A {
      let place = vec2u(first.y, k) + 4u * place_in_a(block);
      @if(TN) { (*loaded)[t] = load_block_of_a(place.y, place.x, parameters.inner, length); }
      @if(!TN) { (*loaded)[t] = load_block_of_a(place.x, place.y, parameters.rows, length); }
    }
  }
  for (var t = 0u; t < LOADS_OF_B; t += 1u) {
    let block = index + t * INVOCATIONS - LOADERS_BEFORE_B;
    if block < BLOCKS_OF_B {
      let place = vec2u(first.x, k) + 4u * place_in_b(block);
      @if(NT) { (*loaded)[FIRST_OF_B + t] = load_block_of_b(place.x, place.y, parameters.columns, parameters.inner); }
      @if(!NT) { (*loaded)[FIRST_OF_B + t] = load_block_of_b(place.y, place.x, parameters.inner, parameters.columns); }
    }
  }
}

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let tile = select(workgroup.xy, workgroup.yx, parameters.rows_first == 1u);
  let first_row = tile.y * TILE_HEIGHT;
  let first_column = tile.x * TILE_WIDTH;
  let first = vec2u(first_column, first_row);
  let row_quad = index / ACROSS;
  let column_quad = index % ACROSS;
  let begin = workgroup.z * parameters.depth;
  let end = min(begin + parameters.depth, parameters.inner);
  var sums: array<array<vec4f, COLUMN_QUADS>, ROW_QUADS * 4u>;
  var loaded: Loaded;
  @if(SUM_A || SUM_B) var operand_sums = vec4f();
  load_slice(&loaded, index, first, begin);
  for (var k = begin; k < end; k += STEP) {
    workgroupBarrier();
    // Indices of slices are written out, because Tint clamps those that it does not know to be inside, as it does what functions return.
    for (var t = 0u; t < LOADS_OF_A; t += 1u) {
      let block = index + t * INVOCATIONS;
      if block < BLOCKS_OF_A {
        @if(TN) let quad = block % LINE_OF_A;
        @if(TN) let step_quad = block / LINE_OF_A % STEP_BLOCKS;
        @if(!TN) let quad = block / STEP_BLOCKS % LINE_OF_A;
        @if(!TN) let step_quad = block % STEP_BLOCKS;
        let values = block_of_a(loaded[t], k + 4u * step_quad);
        for (var i = 0u; i < 4u; i += 1u) {
          slices[step_quad * 4u * LINE_OF_A + step_quad * GAP + quad + i * LINE_OF_A] = values[i];
        }
      }
    }
    for (var t = 0u; t < LOADS_OF_B; t += 1u) {
      let block = index + t * INVOCATIONS - LOADERS_BEFORE_B;
      if block < BLOCKS_OF_B {
        @if(NT) let quad = block / STEP_BLOCKS % LINE_OF_B;
        @if(NT) let step_quad = block % STEP_BLOCKS;
        @if(!NT) let quad = block % LINE_OF_B;
        @if(!NT) let step_quad = block / LINE_OF_B % STEP_BLOCKS;
        let values = block_of_b(loaded[FIRST_OF_B + t], k + 4u * step_quad);
        for (var i = 0u; i < 4u; i += 1u) {
          slices[SLICE_OF_A + step_quad * 4u * LINE_OF_B + step_quad * GAP + quad + i * LINE_OF_B] = values[i];
        }
      }
    }
    workgroupBarrier();
    // Behind the last slice this reads the last one again: a branch would have to wait for what it loads.
    load_slice(&loaded, index, first, select(k, k + STEP, k + STEP < end));
    for (var q = 0u; q < STEP; q += 1u) {
      var of_b: array<vec4f, COLUMN_QUADS>;
      for (var j = 0u; j < COLUMN_QUADS; j += 1u) {
        of_b[j] = slices[SLICE_OF_A + q * LINE_OF_B + (q >> 2u) * GAP + column_quad + j * ACROSS];
      }
      for (var i = 0u; i < ROW_QUADS; i += 1u) {
        let of_a = slices[q * LINE_OF_A + (q >> 2u) * GAP + row_quad + i * DOWN];
        for (var j = 0u; j < COLUMN_QUADS; j += 1u) {
          sums[4u * i][j] = fma(vec4f(of_a.x), of_b[j], sums[4u * i][j]);
          sums[4u * i + 1u][j] = fma(vec4f(of_a.y), of_b[j], sums[4u * i + 1u][j]);
          sums[4u * i + 2u][j] = fma(vec4f(of_a.z), of_b[j], sums[4u * i + 2u][j]);
          sums[4u * i + 3u][j] = fma(vec4f(of_a.w), of_b[j], sums[4u * i + 3u][j]);
        }
      }
    }
    @if(SUM_A) {
      if tile.x == 0u && index < LINE_OF_A {
        for (var q = 0u; q < STEP; q += 1u) { operand_sums += slices[line_of_a(q) + index]; }
      }
    }
    @if(SUM_B) {
      if tile.y == 0u && index < LINE_OF_B {
        for (var q = 0u; q < STEP; q += 1u) { operand_sums += slices[line_of_b(q) + index]; }
      }
    }
  }
  for (var i = 0u; i < ROW_QUADS * 4u; i += 1u) {
    let row = first_row + 4u * (row_quad + (i >> 2u) * DOWN) + (i & 3u);
    for (var j = 0u; j < COLUMN_QUADS; j += 1u) {
      let column = first_column + 4u * (column_quad + j * ACROSS);
      if row < parameters.rows && column < parameters.columns {
        let at = (workgroup.z * parameters.rows + row) * parameters.stride_of_y + column;
        store_quad(at, column, parameters.columns, sums[i][j], parameters.terms);
      }
    }
  }
  @if(SUM_A) {
    let row = first_row + 4u * index;
    if tile.x == 0u && index < LINE_OF_A && row < parameters.rows {
      store_sums(workgroup.z * parameters.rows, row, parameters.rows, operand_sums, parameters.terms);
    }
  }
  @if(SUM_B) {
    let column = first_column + 4u * index;
    if tile.y == 0u && index < LINE_OF_B && column < parameters.columns {
      store_sums(workgroup.z * parameters.columns, column, parameters.columns, operand_sums, parameters.terms);
    }
  }
}
