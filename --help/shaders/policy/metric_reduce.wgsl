// metrics = sums, means and extremes over the response tokens of all blocks; zeros without any token.
// The lanes of one workgroup stride over the blocks of metric_reduce_partial, in order.
import package::lib::metrics::{BatchMetrics, MetricPartial, merge_metrics, no_metrics, reduce_metrics};
import constants::LANES;

struct Parameters {
  blocks: u32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> partial: array<MetricPartial>; // [B, 12]
@group(0) @binding(1) var<storage, read_write> metrics: BatchMetrics; // [13]

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  var own = no_metrics();
  for (var block = lane; block < parameters.blocks; block += LANES) {
    own = merge_metrics(own, partial[block]);
  }
  let total = reduce_metrics(own, lane);
  if lane != 0u {
    return;
  }
  let count = total.range.token_count;
  if count == 0.0 {
    metrics = BatchMetrics();
    return;
  }
  metrics.loss = total.sum.loss;
  metrics.token_count = count;
  metrics.entropy = total.sum.entropy / count;
  metrics.kl = total.sum.kl / count;
  metrics.clip_low = total.sum.clipped_low / count;
  metrics.clip_high = total.sum.clipped_high / count;
  metrics.clip_region = (total.sum.clipped_low + total.sum.clipped_high) / count;
  metrics.gated_fraction = total.sum.actuator / count;
  metrics.ratio_min = total.range.ratio_min;
  metrics.ratio_mean = total.sum.ratio / count;
  metrics.ratio_max = total.range.ratio_max;
  metrics.logp_difference_mean = total.sum.logp_difference / count;
  metrics.logp_difference_max = total.range.logp_difference_max;
}
