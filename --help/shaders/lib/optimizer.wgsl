// The state of an optimiser and the sums that its gradient norm comes from. src/ops/records.ts lists the same fields in the same order.
struct OptimizerState {
  step: f32, // updates that were made; step + skipped grows by 1 in every update that is submitted
  norm: f32, // of the gradients before clipping; NaN where a gradient is not finite
  scale: f32, // factor of the gradients; 0: the update is left out
  skipped: f32, // updates left out because a gradient, or what it would make of a weight or moment, was not finite
  bias1: f32, // 1 - beta1^step
  bias2: f32, // 1 - beta2^step
  reserved_0: f32,
  reserved_1: f32,
}

struct NormPartial {
  squares: f32, // the sum of the gradients' squares
  not_finite: f32, // how many elements (lib/element) hold a gradient that is not finite
}
