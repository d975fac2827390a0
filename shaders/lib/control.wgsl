// What entropy control tells the loss, and what it is told; src/control/contract.ts lists the same fields in the same order.
// A controller writes it, the loss reads the first four fields of it and nothing else of a controller.
struct Control {
  alpha: f32, // strength of the control term
  entropy_coefficient: f32, // weight of an entropy bonus, beside the one in the loss's options
  positive_scale: f32, // multiplies what tokens with A > 0 contribute
  negative_scale: f32, // and with A < 0
  entropy: f32, // mean over the response tokens, nats
  token_count: f32, // response tokens of the last batch reduced
  gated_fraction: f32, // share of them that alpha reweights
  gated_count: f32,
  error: f32, // entropy - target
  integral: f32, // sum of earlier errors
  target_entropy: f32, // "target" in TypeScript: that word is reserved here
  saturated: f32, // 1 where alpha stands at its limit
  private_0: f32,
  private_1: f32,
  private_2: f32,
  private_3: f32,
}

// Gates: which tokens alpha reweights.
const GATE_PROBABILITY = 0u;
const GATE_ENTROPY_EFFECT = 1u;

// probability: 1 where the current policy gives the action more than tau, else 0.
// entropy-effect: 1 or -1, the sign of c_a: whether making the action likelier lowers entropy or raises it.
fn actuator(gate: u32, log_tau: f32, logp: f32, effect: f32) -> f32 {
  return select(select(0.0, 1.0, logp > log_tau), sign(effect), gate == GATE_ENTROPY_EFFECT);
}
