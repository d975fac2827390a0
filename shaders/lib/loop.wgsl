// Feedback loops behind the control buffer: one for all tokens, or one for each class of tokens. src/control/loops.ts lists the same fields in
// the same order. `pi_loops` is the PI controller; `auto_target` and `auto_gains`, where they run, go before it and set what it reads.
import package::lib::control::Control;

struct Loop {
  alpha: f32, // strength of the control term for the tokens of this class
  entropy: f32, // mean over the tokens of this class that the loop acts on, nats
  token_count: f32, // how many they are; 0: the loop rests
  batch_entropy: f32, // the same mean in the last (micro-)batch reduced
  error: f32, // entropy - target
  integral: f32, // sum of earlier errors
  target_entropy: f32, // "target" in TypeScript
  saturated: f32, // 1 where alpha stands at its limit
  kp: f32, // gains
  ki: f32,
  authority: f32, // b: how much a step at alpha 1 lowers entropy, estimated; 0: not known yet
  steps: f32, // earlier steps with a finite entropy
  rho: f32, // target / anchor; 0: the target is given
  anchor: f32, // mean entropy of the steps with control off
  held: f32, // 1: alpha is held_alpha in the coming step
  held_alpha: f32,
  previous_entropy: f32, // of the step before
  sum_square: f32, // sums over the steps of auto_gains' experiment: of alpha^2, and of alpha times the change of entropy that it made
  sum_product: f32,
}

struct LoopState {
  control: Control,
  loops: array<Loop>,
}
