// y[b, c] = sum over the rows n of block b of x[n, c]   (+ y[b, c] where accumulate is 1)
// Long sums take two launches: rows to blocks, then blocks to one row. Gradients of biases and of the weights of norms end here.
// Each workgroup owns a block of rows and LANES columns; a lane owns one column (four where the size allows) and adds the rows in order.
import package::lib::element::Element;
import constants::LANES;

struct Parameters {
  rows: u32,
  columns: u32, // in Elements
  block_rows: u32,
  accumulate: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<Element>; // [N, C]
@group(0) @binding(1) var<storage, read_write> y: array<Element>; // [B, C]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let column = workgroup.x * LANES + lane;
  let block = workgroup.y;
  if column >= parameters.columns {
    return;
  }
  let end = min((block + 1u) * parameters.block_rows, parameters.rows);
  var sum = Element(0.0);
  for (var row = block * parameters.block_rows; row < end; row += 1u) {
    sum += x[row * parameters.columns + column];
  }
  let i = block * parameters.columns + column;
  if parameters.accumulate == 1u {
    sum += y[i];
  }
  y[i] = sum;
}
