// y[b, c] = sum over the rows n of block b of x[n, c]   (+ y[b, c] where accumulate is 1)
// Long sums take two launches: rows to blocks, then blocks to one row. The gradients of norms and of small tables end here, those of biases
// whose weight is frozen, and the parts of small weight gradients (matmul/tiled) with those of their biases. Up to four sums of any sizes
// share a launch: with TWO that of x_1 to y_1, and so on. The workgroups below end_0 belong to the first.
// Each workgroup owns a block of rows and LANES columns; a column is a quad where the sizes allow. ROW_LANES lanes share a column: each
// adds every ROW_LANES-th row in order, four loads at a time, and the first lane adds their sums in order. No branch lies around a load,
// because many GPUs wait for it where the branch ends.
import package::lib::element::Element;
import constants::{LANES, ROW_LANES};

struct Parameters {
  block_rows: u32,
  accumulate: u32,
  rows_0: u32,
  columns_0: u32, // in Elements
  end_0: u32, // in workgroups
  @if(TWO) rows_1: u32,
  @if(TWO) columns_1: u32,
  @if(TWO) end_1: u32,
  @if(THREE) rows_2: u32,
  @if(THREE) columns_2: u32,
  @if(THREE) end_2: u32,
  @if(FOUR) rows_3: u32,
  @if(FOUR) columns_3: u32,
  @if(FOUR) end_3: u32,
}
var<immediate> parameters: Parameters;

// Where there are fewer sums, the last ones of these are not read.
@group(0) @binding(0) var<storage, read> x_0: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read> x_1: array<Element>; // [N, C]
@group(0) @binding(2) var<storage, read> x_2: array<Element>; // [N, C]
@group(0) @binding(3) var<storage, read> x_3: array<Element>; // [N, C]
@group(0) @binding(4) var<storage, read_write> y_0: array<Element>; // [B, C]
@if(TWO) @group(0) @binding(5) var<storage, read_write> y_1: array<Element>; // [B, C]
@if(THREE) @group(0) @binding(6) var<storage, read_write> y_2: array<Element>; // [B, C]
@if(FOUR) @group(0) @binding(7) var<storage, read_write> y_3: array<Element>; // [B, C]

var<workgroup> sums: array<array<Element, LANES>, ROW_LANES>;

// A sum of `columns` columns, by its workgroup number `group`.
fn add_up(
  x: ptr<storage, array<Element>, read>,
  y: ptr<storage, array<Element>, read_write>,
  rows: u32,
  columns: u32,
  group: u32,
  block: u32,
  lane: vec3u,
) {
  let column = group * LANES + lane.x;
  let end = min((block + 1u) * parameters.block_rows, rows);
  var sum = Element(0.0);
  if column < columns {
    for (var row = block * parameters.block_rows + lane.y; row < end; row += 4u * ROW_LANES) {
      var quad = array<Element, 4>();
      for (var i = 0u; i < 4u; i += 1u) {
        quad[i] = x[min(row + i * ROW_LANES, end - 1u) * columns + column];
      }
      for (var i = 0u; i < 4u; i += 1u) {
        sum += select(Element(), quad[i], row + i * ROW_LANES < end);
      }
    }
  }
  if ROW_LANES > 1 {
    sums[lane.y][lane.x] = sum;
    workgroupBarrier();
    if lane.y == 0u {
      for (var i = 1u; i < ROW_LANES; i += 1u) {
        sum += sums[i][lane.x];
      }
    }
  }
  if lane.y == 0u && column < columns {
    let i = block * columns + column;
    if parameters.accumulate == 1u {
      sum += y[i];
    }
    y[i] = sum;
  }
}

@compute @workgroup_size(LANES, ROW_LANES)
fn main(@builtin(local_invocation_id) lane: vec3u, @builtin(workgroup_id) workgroup: vec3u) {
  let group = workgroup.x;
  let block = workgroup.y;
  if group < parameters.end_0 {
    add_up(&x_0, &y_0, parameters.rows_0, parameters.columns_0, group, block, lane);
  }
  @if(TWO)
  if group >= parameters.end_0 && group < parameters.end_1 {
    add_up(&x_1, &y_1, parameters.rows_1, parameters.columns_1, group - parameters.end_0, block, lane);
  }
  @if(THREE)
  if group >= parameters.end_1 && group < parameters.end_2 {
    add_up(&x_2, &y_2, parameters.rows_2, parameters.columns_2, group - parameters.end_1, block, lane);
  }
  @if(FOUR)
  if group >= parameters.end_2 && group < parameters.end_3 {
    add_up(&x_3, &y_3, parameters.rows_3, parameters.columns_3, group - parameters.end_2, block, lane);
  }
}
