// The metrics of a batch of tokens, and the sums that they are computed from. src/ops/records.ts lists the same fields in the same order.
import package::lib::numeric::LOWEST;
import package::lib::reduce::{reduce_max, reduce_sum};
import package::lib::token::TokenMetrics;

struct MetricPartial {
  sum: TokenMetrics, // except that the actuator is summed as its magnitude
  range: TokenRange,
}

// How many tokens there are, and the extremes of what they report.
struct TokenRange {
  token_count: f32,
  ratio_min: f32,
  ratio_max: f32,
  logp_difference_max: f32,
}

// Over the response tokens of a batch; all zeros where it has none.
struct BatchMetrics {
  loss: f32, // a sum; the fields below whose names do not end in count, min or max are means
  token_count: f32,
  entropy: f32,
  kl: f32,
  clip_low: f32,
  clip_high: f32,
  clip_region: f32, // share of tokens clipped on either side
  gated_fraction: f32,
  ratio_min: f32,
  ratio_mean: f32,
  ratio_max: f32,
  logp_difference_mean: f32,
  logp_difference_max: f32,
}

fn no_metrics() -> MetricPartial {
  return MetricPartial(TokenMetrics(), TokenRange(0.0, -LOWEST, LOWEST, LOWEST));
}

fn metrics_of_token(token: TokenMetrics) -> MetricPartial {
  var sum = token;
  sum.actuator = abs(token.actuator);
  return MetricPartial(sum, TokenRange(1.0, token.ratio, token.ratio, token.logp_difference));
}

fn merge_metrics(a: MetricPartial, b: MetricPartial) -> MetricPartial {
  return MetricPartial(
    TokenMetrics(
      a.sum.loss + b.sum.loss,
      a.sum.kl + b.sum.kl,
      a.sum.ratio + b.sum.ratio,
      a.sum.clipped_low + b.sum.clipped_low,
      a.sum.clipped_high + b.sum.clipped_high,
      a.sum.actuator + b.sum.actuator,
      a.sum.logp_difference + b.sum.logp_difference,
      a.sum.entropy + b.sum.entropy,
    ),
    TokenRange(
      a.range.token_count + b.range.token_count,
      min(a.range.ratio_min, b.range.ratio_min),
      max(a.range.ratio_max, b.range.ratio_max),
      max(a.range.logp_difference_max, b.range.logp_difference_max),
    ),
  );
}

// Merges what the lanes of a workgroup hold.
fn reduce_metrics(own: MetricPartial, lane: u32) -> MetricPartial {
  return MetricPartial(
    TokenMetrics(
      reduce_sum(own.sum.loss, lane),
      reduce_sum(own.sum.kl, lane),
      reduce_sum(own.sum.ratio, lane),
      reduce_sum(own.sum.clipped_low, lane),
      reduce_sum(own.sum.clipped_high, lane),
      reduce_sum(own.sum.actuator, lane),
      reduce_sum(own.sum.logp_difference, lane),
      reduce_sum(own.sum.entropy, lane),
    ),
    TokenRange(
      reduce_sum(own.range.token_count, lane),
      -reduce_max(-own.range.ratio_min, lane),
      reduce_max(own.range.ratio_max, lane),
      reduce_max(own.range.logp_difference_max, lane),
    ),
  );
}
