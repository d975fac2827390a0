// What is logged of a batch of tokens, and the sums that it comes from. src/ops/records.ts lists the same fields in the same order.
import package::lib::numeric::LOWEST;
import package::lib::reduce::{reduce_max, reduce_sum};
import package::lib::token::TokenMetrics;

struct MetricPartial {
  sum: TokenMetrics, // of the actuator its magnitude
  token_count: f32,
  ratio_min: f32,
  ratio_max: f32,
  logp_difference_max: f32,
}

// Over the response tokens; zeros without any.
struct BatchMetrics {
  loss: f32, // a sum; what has no ending is a mean
  token_count: f32,
  entropy: f32,
  kl: f32,
  clip_low: f32,
  clip_high: f32,
  clip_region: f32, // clipped on either side
  gated_fraction: f32,
  ratio_min: f32,
  ratio_mean: f32,
  ratio_max: f32,
  logp_difference_mean: f32,
  logp_difference_max: f32,
}

fn no_metrics() -> MetricPartial {
  return MetricPartial(TokenMetrics(), 0.0, -LOWEST, LOWEST, LOWEST);
}

fn metrics_of_token(token: TokenMetrics) -> MetricPartial {
  var sum = token;
  sum.actuator = abs(token.actuator);
  return MetricPartial(sum, 1.0, token.ratio, token.ratio, token.logp_difference);
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
    a.token_count + b.token_count,
    min(a.ratio_min, b.ratio_min),
    max(a.ratio_max, b.ratio_max),
    max(a.logp_difference_max, b.logp_difference_max),
  );
}

// Over the lanes of a workgroup.
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
    reduce_sum(own.token_count, lane),
    -reduce_max(-own.ratio_min, lane),
    reduce_max(own.ratio_max, lane),
    reduce_max(own.logp_difference_max, lane),
  );
}
