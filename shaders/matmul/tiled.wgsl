// y[M, N] = op(a) op(b) + bias + residual + accumulate * y, with op given by the layout:
//   NN: a [M, K], b [K, N]     NT: a [M, K], b [N, K]     TN: a [K, M], b [K, N]
// For GPUs, and wherever subgroups have no fixed size. One workgroup of 128 owns TILE x TILE of y; slices of a and b, STEP deep
// along K, pass through workgroup memory, k-major, so that every value loaded is used TILE times. An invocation holds
// TILE / 8 rows by TILE / 16 columns in registers. Products are added in the order of K by fma.
import constants::TILE;
import constants::STEP;

struct Parameters {
  rows: u32,
  columns: u32,
  inner: u32,
  accumulate: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> a: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> b: array<f32>; // [C, F]
@group(0) @binding(2) var<storage, read> bias: array<f32>; // [F]
@group(0) @binding(3) var<storage, read> residual: array<f32>; // [N, F]
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [N, F]

const INVOCATIONS = 128u;
const SLICE = u32(TILE * STEP);
const ROWS = u32(TILE) / 8u;
const COLUMNS = u32(TILE) / 16u;

var<workgroup> slice_of_a: array<f32, SLICE>;
var<workgroup> slice_of_b: array<f32, SLICE>;

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

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let first_row = workgroup.y * TILE;
  let first_column = workgroup.x * TILE;
  // 8 x 16 invocations; rows are 8 apart and columns 16 apart, so that neighbours read neighbouring words.
  let row = index / 16u;
  let column = index % 16u;
  var sums: array<f32, ROWS * COLUMNS>;
  for (var k = 0u; k < parameters.inner; k += STEP) {
    for (var i = index; i < SLICE; i += INVOCATIONS) {
      // Neighbouring invocations follow the direction in which memory is contiguous.
      @if(TN) { slice_of_a[i] = load_a(first_row + i % TILE, k + i / TILE); }
      @if(!TN) { slice_of_a[(i % STEP) * TILE + i / STEP] = load_a(first_row + i / STEP, k + i % STEP); }
      @if(NT) { slice_of_b[(i % STEP) * TILE + i / STEP] = load_b(k + i % STEP, first_column + i / STEP); }
      @if(!NT) { slice_of_b[i] = load_b(k + i / TILE, first_column + i % TILE); }
    }
    workgroupBarrier();
    for (var q = 0u; q < STEP; q += 1u) {
      var of_b: array<f32, COLUMNS>;
      for (var j = 0u; j < COLUMNS; j += 1u) {
        of_b[j] = slice_of_b[q * TILE + column + 16u * j];
      }
      for (var i = 0u; i < ROWS; i += 1u) {
        let of_a = slice_of_a[q * TILE + row + 8u * i];
        for (var j = 0u; j < COLUMNS; j += 1u) {
          sums[i * COLUMNS + j] = fma(of_a, of_b[j], sums[i * COLUMNS + j]);
        }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < ROWS; i += 1u) {
    for (var j = 0u; j < COLUMNS; j += 1u) {
      let at_row = first_row + row + 8u * i;
      let at_column = first_column + column + 16u * j;
      if at_row < parameters.rows && at_column < parameters.columns {
        let at = at_row * parameters.columns + at_column;
        var sum = sums[i * COLUMNS + j];
        @if(BIAS) { sum += bias[at_column]; }
        @if(RESIDUAL) { sum += residual[at]; }
        @if(ACCUMULATE) {
          if parameters.accumulate == 1u {
            sum += y[at];
          }
        }
        y[at] = sum;
      }
    }
  }
}
