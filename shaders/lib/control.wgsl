// The state of entropy control, between the loss and a controller. Once an optimiser step:
//   1. entropy_reduce writes what the batch tells: the counts and entropies of Control and of every loop;
//   2. the controller's kernel reads them and writes alpha and what it likes of the rest, in place;
//   3. token_loss reads loops[class].alpha and the first three fields of Control, and nothing else of a controller.
// There is one loop for all tokens, or one for each class of tokens. src/ops/records.ts lists the same fields in the same order.
import package::lib::numeric::is_finite;

struct ControlState {
  control: Control,
  loops: array<Loop>,
}

struct Control {
  entropy_coefficient: f32, // weight of an entropy bonus, beside the one in the loss's options
  positive_scale: f32, // multiplies what tokens with A > 0 contribute
  negative_scale: f32, // and with A < 0
  entropy: f32, // mean over the response tokens, nats
  token_count: f32, // response tokens of the last (micro-)batch reduced
  gated_fraction: f32, // share of them that alpha reweights
  gated_count: f32,
}

struct Loop {
  alpha: f32, // strength of the control term; above 0 entropy falls, below 0 it rises
  entropy: f32, // mean over the tokens of this class that the controller acts on, nats
  token_count: f32, // how many they are
  batch_entropy: f32, // the same mean in the last (micro-)batch reduced
  error: f32, // entropy - target_entropy
  integral: f32, // sum of earlier errors
  target_entropy: f32, // nats; "target" is a reserved word
  saturated: f32, // 1 where alpha, or what the controller has instead, stands at its limit
  private_0: f32, // memory of a controller that needs little
  private_1: f32,
  kp: f32, // the gains of the controller pi, and its other memory
  ki: f32,
  authority: f32, // b: how much a step at alpha 1 lowers entropy, estimated; 0: not known yet
  steps: f32, // earlier steps with a finite entropy
  rho: f32, // target_entropy / anchor; 0: the target is given
  anchor: f32, // mean entropy of the steps with control off
  previous_entropy: f32, // of the step before
  sum_square: f32, // over the experiment's steps: of alpha^2, and of alpha times the change of entropy that it made
  sum_product: f32,
}

// Sums over some response tokens of a class.
struct EntropySums {
  entropy: f32,
  token_count: f32,
  gated_count: f32,
}

// A loop whose class had no tokens, or no finite entropy, should stay as it is.
fn is_measured(one: Loop) -> bool {
  return one.token_count > 0.0 && is_finite(one.entropy);
}

// Gates: which tokens alpha reweights.
const GATE_PROBABILITY = 0u;
const GATE_ENTROPY_EFFECT = 1u;

// probability: 1 where the current policy gives the action more than tau, else 0.
// entropy-effect: 1 or -1, the sign of c_a: whether making the action likelier lowers entropy or raises it.
fn actuator(gate: u32, log_tau: f32, logp: f32, effect: f32) -> f32 {
  return select(select(0.0, 1.0, logp > log_tau), sign(effect), gate == GATE_ENTROPY_EFFECT);
}
