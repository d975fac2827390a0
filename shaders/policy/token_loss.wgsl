// The policy loss of each token and its derivatives (GRPO: Shao et al. 2024, arXiv 2402.03300; EntroPIC: arXiv 2511.15248):
//   d = clamp(logp - old_logp, -20, 20), r = e^d, u = clamp(reference_logp - logp, -20, 20)
//   surrogate: from the module that the variant links as package::loss, a file of shaders/loss or a user's own; with WEIGHTED times the
//     token's surrogate_weight
//   tilt = alpha clip_tilt: what a controller moves the bounds of a clip by, where it moves these
//   control = -alpha r |A| actuator control_weight          (outside the surrogate's clip)
//   kl = k1: -u, k2: u^2 / 2, k3: e^u - u - 1               (Schulman 2020, "Approximating KL divergence")
//   loss = weight * (scale * (surrogate + control) + beta kl - entropy_coefficient H)
// scale is Control's positive_scale or negative_scale by the sign of A. entropy_coefficient is the parameter's plus Control's. The actuator
// depends on the current policy and is not differentiated.
// coefficients = (d loss / d logp, d loss / d H). A clamp that holds has derivative 0. A token of weight 0 gives exact zeros. A token of
// which anything is not finite gives NaN, which clamps and branches would hide, so that the optimiser skips the step.
// Each lane handles one row.
import package::lib::control::{ControlState, actuator};
import package::lib::grid::linear_workgroup;
@if(WEIGHTED) import package::lib::loss::weighed;
import package::lib::loss::{CLAMP, token_of};
import package::lib::numeric::{exp_minus_1, exp_minus_1_minus, is_finite, not_a_number};
import package::lib::token::{LossCoefficients, TokenInput, TokenMetrics, TokenStatistics};
import package::loss::{LossParameters, surrogate};

struct Parameters {
  rows: u32,
  kl: u32, // which estimate: 1, 2 or 3
  beta: f32,
  entropy_coefficient: f32,
  gate: u32,
  log_tau: f32,
  clip_tilt: f32, // ln of what the bounds of a clip are multiplied by at alpha 1; 0: alpha does not move them
  @align(16) loss: LossParameters, // a uniform buffer asks for this alignment
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<TokenStatistics>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<TokenInput>; // [N, 6]
@group(0) @binding(2) var<storage, read> state: ControlState; // [G]
@if(EXTRA) @group(0) @binding(3) var<storage, read> extra: array<f32>; // [N]
@if(!EXTRA && WEIGHTED) @group(0) @binding(3) var<storage, read> surrogate_weight: array<f32>; // [N]
@if(EXTRA && WEIGHTED) @group(0) @binding(4) var<storage, read> surrogate_weight: array<f32>; // [N]
@if(!EXTRA && !WEIGHTED) @group(0) @binding(3) var<storage, read_write> coefficients: array<LossCoefficients>; // [N, 2]
@if(!EXTRA && !WEIGHTED) @group(0) @binding(4) var<storage, read_write> token_metrics: array<TokenMetrics>; // [N, 8]
@if((EXTRA && !WEIGHTED) || (!EXTRA && WEIGHTED)) @group(0) @binding(4) var<storage, read_write> coefficients: array<LossCoefficients>; // [N, 2]
@if((EXTRA && !WEIGHTED) || (!EXTRA && WEIGHTED)) @group(0) @binding(5) var<storage, read_write> token_metrics: array<TokenMetrics>; // [N, 8]
@if(EXTRA && WEIGHTED) @group(0) @binding(5) var<storage, read_write> coefficients: array<LossCoefficients>; // [N, 2]
@if(EXTRA && WEIGHTED) @group(0) @binding(6) var<storage, read_write> token_metrics: array<TokenMetrics>; // [N, 8]

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let row = linear_workgroup(workgroup, workgroups) * 64u + lane;
  if row >= parameters.rows {
    return;
  }
  let given = token_inputs[row];
  if given.weight == 0.0 {
    coefficients[row] = LossCoefficients();
    token_metrics[row] = TokenMetrics();
    return;
  }
  let control = state.control;
  // A response token's mask is 1 + its class.
  let alpha = state.loops[u32(max(given.mask, 1.0)) - 1u].alpha;
  let policy = statistics[row];
  @if(EXTRA) var token = token_of(policy.logp, given.old_logp, given.advantage, extra[row]);
  @if(!EXTRA) var token = token_of(policy.logp, given.old_logp, given.advantage, 0.0);
  token.tilt = parameters.clip_tilt * alpha;
  @if(!WEIGHTED) let own = surrogate(token, parameters.loss);
  @if(WEIGHTED) let own = weighed(surrogate(token, parameters.loss), surrogate_weight[row]);

  let gate = actuator(parameters.gate, parameters.log_tau, policy.logp, policy.effect);
  let lever = alpha * abs(given.advantage) * gate * given.control_weight;
  let scale = select(select(1.0, control.negative_scale, given.advantage < 0.0), control.positive_scale, given.advantage > 0.0);

  let has_reference = parameters.beta != 0.0;
  let distance = given.reference_logp - policy.logp;
  let u = clamp(distance, -CLAMP, CLAMP);
  let k1_or_k2 = select(vec2f(-u, 1.0), vec2f(0.5 * u * u, -u), vec2<bool>(parameters.kl == 2u)); // value and slope
  let estimate = select(k1_or_k2, vec2f(exp_minus_1_minus(u), -exp_minus_1(u)), vec2<bool>(parameters.kl == 3u));
  let kl = select(0.0, estimate.x, has_reference);
  let kl_slope = select(0.0, estimate.y, has_reference && abs(distance) <= CLAMP);

  let bonus = parameters.entropy_coefficient + control.entropy_coefficient;
  let loss = scale * (own.value - lever * token.ratio) + parameters.beta * kl - bonus * policy.entropy;
  let slope = scale * (own.slope - lever * token.ratio_slope) + parameters.beta * kl_slope;
  let is_known = is_finite(policy.logp) && is_finite(policy.entropy) && is_finite(given.old_logp) && is_finite(given.reference_logp);
  let is_sound = is_known && is_finite(given.advantage) && is_finite(loss) && is_finite(slope);
  coefficients[row] = LossCoefficients(select(not_a_number(), given.weight * slope, is_sound), given.weight * -bonus);
  token_metrics[row] = TokenMetrics(
    select(not_a_number(), given.weight * loss, is_sound),
    kl,
    token.ratio,
    select(0.0, 1.0, own.low),
    select(0.0, 1.0, own.high),
    gate,
    abs(policy.logp - given.old_logp),
    policy.entropy,
  );
}
