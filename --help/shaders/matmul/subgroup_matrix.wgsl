// y [M, N] = op(a) op(b), ended by lib/epilogue, with op given by the layout:
//   NN: a [M, K], b [K, N]     NT: a [M, K], b [N, K]     TN: a [K, M], b [K, N]
// For GPUs that multiply small matrices in one instruction of a subgroup (Metal's simdgroup matrices, tensor cores), an experimental
// feature. One workgroup is one subgroup and owns 32 x 32 of y as matrices of SIZE x SIZE. Slices of a and b, 32 deep along K, pass
// through workgroup memory, zero past the edges, so that every shape is right. The sum leaves through workgroup memory, too, since
// nothing tells which lane holds which value of a matrix.
// SIZE is 8 or 16. With F16 the operands are rounded to half precision, sums are f32; without it all is f32.
// How the hardware adds SIZE products is its own affair: the bits are not those of the tiles.
import package::lib::epilogue::store_quad;
import constants::LANES;
import constants::SIZE;
enable chromium_experimental_subgroup_matrix;
@if(F16) enable f16;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  terms: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> a: array<f32>; // [M, K]
@group(0) @binding(1) var<storage, read> b: array<f32>; // [K, N]

@if(F16) alias Component = f16;
@if(!F16) alias Component = f32;
alias Left = subgroup_matrix_left<Component, SIZE, SIZE>;
alias Right = subgroup_matrix_right<Component, SIZE, SIZE>;
alias Sums = subgroup_matrix_result<f32, SIZE, SIZE>;

const TILE = 32u;
const MATRICES = TILE / SIZE;

var<workgroup> slice_of_a: array<Component, TILE * TILE>; // row by k
var<workgroup> slice_of_b: array<Component, TILE * TILE>; // k by column
var<workgroup> tile: array<f32, TILE * TILE>;

// op(a)[row, k], zero outside.
fn load_a(row: u32, k: u32) -> f32 {
  if row >= parameters.rows || k >= parameters.inner {
    return 0.0;
  }
  @if(TN) { return a[k * parameters.rows + row]; }
  @if(!TN) { return a[row * parameters.inner + k]; }
}

// op(b)[k, column], zero outside.
fn load_b(k: u32, column: u32) -> f32 {
  if column >= parameters.columns || k >= parameters.inner {
    return 0.0;
  }
  @if(NT) { return b[column * parameters.inner + k]; }
  @if(!NT) { return b[k * parameters.columns + column]; }
}

// Neighbouring lanes follow the direction in which memory is contiguous.
fn stage(lane: u32, first_row: u32, first_column: u32, k: u32) {
  for (var i = lane; i < TILE * TILE; i += LANES) {
    let slow = i / TILE;
    let fast = i % TILE;
    @if(TN) { slice_of_a[fast * TILE + slow] = Component(load_a(first_row + fast, k + slow)); }
    @if(!TN) { slice_of_a[i] = Component(load_a(first_row + slow, k + fast)); }
    @if(NT) { slice_of_b[fast * TILE + slow] = Component(load_b(k + fast, first_column + slow)); }
    @if(!NT) { slice_of_b[i] = Component(load_b(k + slow, first_column + fast)); }
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let first_row = workgroup.y * TILE;
  let first_column = workgroup.x * TILE;
  var sums: array<Sums, MATRICES * MATRICES>;
  for (var k = 0u; k < parameters.inner; k += TILE) {
    stage(lane, first_row, first_column, k);
    workgroupBarrier();
    for (var q = 0u; q < TILE; q += SIZE) {
      var of_b: array<Right, MATRICES>;
      for (var j = 0u; j < MATRICES; j += 1u) {
        of_b[j] = subgroupMatrixLoad<Right, row_major>(&slice_of_b, q * TILE + j * SIZE, TILE);
      }
      for (var i = 0u; i < MATRICES; i += 1u) {
        let of_a = subgroupMatrixLoad<Left, row_major>(&slice_of_a, i * SIZE * TILE + q, TILE);
        for (var j = 0u; j < MATRICES; j += 1u) {
          sums[i * MATRICES + j] = subgroupMatrixMultiplyAccumulate(of_a, of_b[j], sums[i * MATRICES + j]);
        }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < MATRICES; i += 1u) {
    for (var j = 0u; j < MATRICES; j += 1u) {
      subgroupMatrixStore<row_major>(&tile, i * SIZE * TILE + j * SIZE, sums[i * MATRICES + j], TILE);
    }
  }
  workgroupBarrier();
  for (var i = 4u * lane; i < TILE * TILE; i += 4u * LANES) {
    let row = first_row + i / TILE;
    let column = first_column + i % TILE;
    if row < parameters.rows && column < parameters.columns {
      let quad = vec4f(tile[i], tile[i + 1u], tile[i + 2u], tile[i + 3u]);
      store_quad(row * parameters.columns + column, column, parameters.columns, quad, parameters.terms);
    }
  }
}
