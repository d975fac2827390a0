// partial[b, c] = sum over the rows n of block b of grad_y[n, c] * x[n, c] * inverse_rms[n]; column_sum adds the blocks up.
// Each workgroup owns a block of rows and LANES columns; a lane owns one column and adds the rows in order.
import constants::LANES;

struct Parameters {
  rows: u32,
  columns: u32,
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> grad_y: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read> inverse_rms: array<f32>; // [N]
@group(0) @binding(3) var<storage, read_write> partial: array<f32>; // [B, C]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let column = workgroup.x * LANES + lane;
  let block = workgroup.y;
  if column >= parameters.columns {
    return;
  }
  let end = min((block + 1u) * parameters.block_rows, parameters.rows);
  var sum = 0.0;
  for (var row = block * parameters.block_rows; row < end; row += 1u) {
    let i = row * parameters.columns + column;
    sum += grad_y[i] * x[i] * inverse_rms[row];
  }
  partial[block * parameters.columns + column] = sum;
}
