// partial[b, d] = sum over rows n of block b and heads first_head <= h < end_head of grad_y[n, h, d] * x[n, h, d] * inverse_rms[n, h]
// The query heads give the gradient of query_weight, and the key heads that of key_weight. column_sum adds the blocks up.
// Each workgroup owns a block of rows and LANES columns; a lane owns one column and adds rows in order, and the heads of each row in order.
// The loads of STEPS heads are on their way together.
import constants::LANES;

const STEPS = 4u;

struct Parameters {
  rows: u32,
  heads: u32, // H + 2K
  normed_heads: u32, // H + K
  head_dim: u32,
  first_head: u32,
  end_head: u32,
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(1) var<storage, read> grad_y: array<f32>; // [N, (H + 2K) D]
@group(0) @binding(2) var<storage, read> inverse_rms: array<f32>; // [N, H + K]
@group(0) @binding(3) var<storage, read_write> partial: array<f32>; // [B, D]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let column = workgroup.x * LANES + lane;
  let block = workgroup.y;
  if column >= parameters.head_dim {
    return;
  }
  let end = min((block + 1u) * parameters.block_rows, parameters.rows);
  var sum = 0.0;
  for (var row = block * parameters.block_rows; row < end; row += 1u) {
    for (var first = parameters.first_head; first < parameters.end_head; first += STEPS) {
      var products: array<f32, STEPS>;
      for (var k = 0u; k < STEPS; k += 1u) {
        let head = min(first + k, parameters.end_head - 1u);
        let i = (row * parameters.heads + head) * parameters.head_dim + column;
        products[k] = grad_y[i] * x[i] * inverse_rms[row * parameters.normed_heads + head];
      }
      for (var k = 0u; k < STEPS; k += 1u) {
        sum += select(0.0, products[k], first + k < parameters.end_head);
      }
    }
  }
  partial[block * parameters.head_dim + column] = sum;
}
