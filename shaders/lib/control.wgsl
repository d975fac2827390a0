// The state of entropy control, by which a controller steers the loss. In every optimiser step:
//   0. the host sets the fields that a controller's law wants to be told, such as those that follow the run's progress;
//   1. entropy_reduce writes what it measures in the batch: the counts and entropies of Control and of every loop;
//   2. the controller's kernel reads them, and writes alpha and whichever other fields it uses, in place;
//   3. token_loss reads loops[class].alpha and the first three fields of Control, and nothing else of a controller.
// A loop holds the feedback for all response tokens or for one class of them. src/ops/records.ts lists the same fields in the same order.
import package::lib::numeric::is_finite;

struct ControlState {
  control: Control,
  loops: array<Loop>,
}

struct Control {
  entropy_coefficient: f32, // weight of the controller's entropy bonus; the loss adds the weight in its own options
  positive_scale: f32, // factor of surrogate and control term of tokens with advantage A > 0
  negative_scale: f32, // and of tokens with A < 0
  entropy: f32, // mean over the response tokens, nats
  token_count: f32, // response tokens of the whole batch, those of silent samples included
  gated_fraction: f32, // share of the tokens that alpha reweights
  gated_count: f32, // their number
}

struct Loop {
  alpha: f32, // strength of the control term: above 0 it lowers entropy, below 0 it raises it
  entropy: f32, // mean over this class's tokens, nats, as the controller has read it
  token_count: f32, // number of this class's tokens in what was measured last
  batch_entropy: f32, // mean entropy of this class in the (micro-)batch that was reduced last
  error: f32, // entropy - target_entropy
  integral: f32, // sum of earlier errors
  target_entropy: f32, // nats; WGSL reserves the word "target"
  saturated: f32, // 1 where alpha, or what the controller moves instead of alpha, is at its limit
  private_0: f32, // memory of a controller for which two numbers are enough
  private_1: f32,
  kp: f32, // proportional gain of the controller pi, which all fields below belong to
  ki: f32, // integral gain
  authority: f32, // estimate of b, by which one step at alpha 1 lowers entropy; 0: not known yet
  steps: f32, // earlier steps in which this loop was measured
  rho: f32, // share of anchor that an automatic target starts at; 0: the target is given
  anchor: f32, // mean entropy of the first steps, with control off
  previous_entropy: f32, // entropy of the step before
  sum_square: f32, // of alpha^2 over the steps of the experiment (control/pi.wgsl)
  sum_product: f32, // of alpha times the change of entropy that followed, over the same steps
  released: f32, // share of alpha that a schedule has taken away, from 0 to 1; the host sets it before the step
  signal: f32, // what a target follows that finds itself; the host sets it before the step
  has_signal: f32, // 1 where this step measured the signal, else 0
  signals: f32, // earlier steps that have entered signal_start
  signal_start: f32, // mean signal of the first steps that had one
  mistakes: f32, // smoothed entropy of all tokens minus that of right answers
}

// Sums over some of the response tokens of a class.
struct EntropySums {
  entropy: f32,
  token_count: f32,
  gated_count: f32,
}

// Whether the batch had tokens and a finite entropy for a loop. A controller should leave any other loop as it is.
fn is_measured(one: Loop) -> bool {
  return one.token_count > 0.0 && is_finite(one.entropy);
}

// A gate decides which tokens alpha reweights.
const GATE_PROBABILITY = 0u;
const GATE_ENTROPY_EFFECT = 1u;
const GATE_NONE = 2u;

// How a gate weighs a token. probability: 1 where the current policy gives the action a probability above tau, else 0.
// entropy-effect: the sign of the token's effect: 1 where making the action likelier lowers entropy, -1 where it raises entropy.
// none: 0, for a controller whose alpha moves something else.
fn actuator(gate: u32, log_tau: f32, logp: f32, effect: f32) -> f32 {
  return select(select(0.0, 1.0, logp > log_tau && gate != GATE_NONE), sign(effect), gate == GATE_ENTROPY_EFFECT);
}
