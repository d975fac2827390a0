// The policy loss of each token and its derivatives (GRPO: Shao et al. 2024, arXiv 2402.03300; EntroPIC: arXiv 2511.15248):
//   d = clamp(logp - old_logp, -20, 20), r = e^d, u = clamp(ref_logp - logp, -20, 20)
//   surrogate: the chosen loss of lib/surrogate.wgsl; with GSPO (arXiv 2507.18071) ppo_clip of the sequence's ratio s = exp(mean d) instead of r
//   control = -alpha r |A| actuator control_weight          (neither clipped nor summed into the surrogate's clipping)
//   kl = k1: -u, k2: u^2 / 2, k3: e^u - u - 1               (Schulman 2020, "Approximating KL divergence")
//   loss = weight * (scale * (surrogate + control) + beta kl - entropy_coefficient H)
// scale is Control's positive_scale or negative_scale by the sign of A. The actuator looks at the current policy and is not differentiated.
// coefficients = (d loss / d logp, d loss / d H). A clamp that holds has derivative 0. A token of weight 0 gives exact zeros, by select.
// GSPO's derivative: all T tokens of a sequence have the same A and the same weight w, so it adds T w f(s) to the loss; ds/dlogp_t = s / T,
// so the derivative by logp_t is w f'(s) s: what ppo_clip gives a token for the ratio s whose slope is s. It is exact, not per token.
// One lane a row.
import package::lib::control::{ControlState, actuator};
import package::lib::grid::linear_workgroup;
import package::lib::numeric::{exp_minus_1, exp_minus_1_minus};
@if(PPO_CLIP || GSPO || CLIP_COV) import package::lib::surrogate::ppo_clip;
@if(CLIP_COV) import package::lib::surrogate::clip_cov;
@if(KL_COV) import package::lib::surrogate::kl_cov;
@if(REINFORCE) import package::lib::surrogate::reinforce;
@if(TWO_SIDED) import package::lib::surrogate::two_sided;
@if(CISPO) import package::lib::surrogate::cispo;
@if(SAPO) import package::lib::surrogate::sapo;

struct Parameters {
  rows: u32,
  eps_low: f32,
  eps_high: f32,
  dual_clip: f32, // 0: off
  bound: f32, // of the ratio: delta of two_sided, bound of cispo
  sapo_positive: f32,
  sapo_negative: f32,
  penalty: f32, // covCoef of kl_cov
  kl: u32, // which estimate: 1, 2 or 3
  beta: f32,
  entropy_coefficient: f32,
  gate: u32,
  log_tau: f32,
}
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read> statistics: array<vec4f>; // [N, 4]
@group(0) @binding(1) var<storage, read> token_inputs: array<vec2f>; // [N, 6]
@group(0) @binding(2) var<storage, read> state: ControlState; // [G]
@if(GSPO) @group(0) @binding(3) var<storage, read> mean_difference: array<f32>; // [N]
@if(CLIP_COV || KL_COV) @group(0) @binding(3) var<storage, read> selected: array<u32>; // [N]
@if(!GSPO && !CLIP_COV && !KL_COV) @group(0) @binding(3) var<storage, read_write> coefficients: array<vec2f>; // [N, 2]
@if(GSPO || CLIP_COV || KL_COV) @group(0) @binding(4) var<storage, read_write> coefficients: array<vec2f>; // [N, 2]
@if(!GSPO && !CLIP_COV && !KL_COV) @group(0) @binding(4) var<storage, read_write> token_metrics: array<vec4f>; // [N, 8]
@if(GSPO || CLIP_COV || KL_COV) @group(0) @binding(5) var<storage, read_write> token_metrics: array<vec4f>; // [N, 8]

const CLAMP = 20.0;

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
  let control = state.control;
  // A response token's mask is 1 + its class.
  let alpha = state.loops[u32(max(token_inputs[row * 3u + 2u].x, 1.0)) - 1u].alpha;
  let logps = token_inputs[row * 3u];
  let advantage = token_inputs[row * 3u + 1u].x;
  let weight = token_inputs[row * 3u + 1u].y;
  let control_weight = token_inputs[row * 3u + 2u].y;
  let token = statistics[row];
  let logp = token.x;
  let entropy = token.y;

  let difference = logp - logps.x;
  let ratio = exp(clamp(difference, -CLAMP, CLAMP));
  let ratio_slope = select(0.0, ratio, abs(difference) <= CLAMP); // d ratio / d logp
  let is_positive = advantage > 0.0;
  let is_negative = advantage < 0.0;
  let p = parameters;
  @if(PPO_CLIP) let surrogate = ppo_clip(advantage, ratio, ratio_slope, p.eps_low, p.eps_high, p.dual_clip);
  @if(CLIP_COV || KL_COV) let is_selected = selected[row] == 1u;
  @if(CLIP_COV) let clipped = ppo_clip(advantage, ratio, ratio_slope, p.eps_low, p.eps_high, p.dual_clip);
  @if(CLIP_COV) let surrogate = clip_cov(is_selected, clipped);
  @if(KL_COV) let d = clamp(difference, -CLAMP, CLAMP);
  @if(KL_COV) let d_slope = select(0.0, sign(d), abs(difference) <= CLAMP);
  @if(KL_COV) let surrogate = kl_cov(is_selected, advantage, ratio, ratio_slope, d, d_slope, p.penalty);
  @if(REINFORCE) let surrogate = reinforce(advantage, logp);
  @if(TWO_SIDED) let surrogate = two_sided(advantage, ratio, ratio_slope, p.eps_low, p.eps_high, p.bound);
  @if(CISPO) let surrogate = cispo(advantage, logp, ratio, p.bound);
  @if(SAPO) let surrogate = sapo(advantage, ratio, ratio_slope, p.sapo_positive, p.sapo_negative);
  @if(GSPO) let whole = exp(mean_difference[row]);
  @if(GSPO) let whole_slope = select(0.0, whole, abs(difference) <= CLAMP);
  @if(GSPO) let surrogate = ppo_clip(advantage, whole, whole_slope, p.eps_low, p.eps_high, p.dual_clip);

  let gate = actuator(parameters.gate, parameters.log_tau, logp, token.w);
  let lever = alpha * abs(advantage) * gate * control_weight;
  let scale = select(select(1.0, control.negative_scale, is_negative), control.positive_scale, is_positive);

  let has_reference = parameters.beta != 0.0;
  let distance = logps.y - logp;
  let u = clamp(distance, -CLAMP, CLAMP);
  let k1_or_k2 = select(vec2f(-u, 1.0), vec2f(0.5 * u * u, -u), vec2<bool>(p.kl == 2u)); // value and slope
  let estimate = select(k1_or_k2, vec2f(exp_minus_1_minus(u), -exp_minus_1(u)), vec2<bool>(p.kl == 3u));
  let kl = select(0.0, estimate.x, has_reference);
  let kl_slope = select(0.0, estimate.y, has_reference && abs(distance) <= CLAMP);

  let bonus = parameters.entropy_coefficient + control.entropy_coefficient;
  let loss = scale * (surrogate.value - lever * ratio) + parameters.beta * kl - bonus * entropy;
  let slope = scale * (surrogate.slope - lever * ratio_slope) + parameters.beta * kl_slope;
  let counts = weight != 0.0;
  coefficients[row] = select(vec2f(0.0), weight * vec2f(slope, -bonus), vec2<bool>(counts));
  let first = vec4f(weight * loss, kl, ratio, select(0.0, 1.0, surrogate.low));
  let second = vec4f(select(0.0, 1.0, surrogate.high), gate, abs(difference), entropy);
  token_metrics[row * 2u] = select(vec4f(0.0), first, vec4<bool>(counts));
  token_metrics[row * 2u + 1u] = select(vec4f(0.0), second, vec4<bool>(counts));
}
