// partial[b] = the sums and extremes of token_metrics over the response tokens of block b; metric_reduce puts the blocks together.
// Each workgroup handles one block; its lanes stride over the rows. Rows whose mask is 0 may hold anything.
import package::lib::metrics::{MetricPartial, merge_metrics, metrics_of_token, no_metrics, reduce_metrics};
import package::lib::token::{TokenInput, TokenMetrics};
import constants::LANES;

struct Parameters {
  rows: u32,
  block_rows: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> token_metrics: array<TokenMetrics>; // [N, 8]
@group(0) @binding(1) var<storage, read> token_inputs: array<TokenInput>; // [N, 6]
@group(0) @binding(2) var<storage, read_write> partial: array<MetricPartial>; // [B, 12]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let block = workgroup.x;
  let end = min((block + 1u) * parameters.block_rows, parameters.rows);
  var own = no_metrics();
  for (var row = block * parameters.block_rows + lane; row < end; row += LANES) {
    if token_inputs[row].mask > 0.0 {
      own = merge_metrics(own, metrics_of_token(token_metrics[row]));
    }
  }
  let total = reduce_metrics(own, lane);
  if lane == 0u {
    partial[block] = total;
  }
}
