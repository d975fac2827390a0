// A controller of one's own: its options, its law in WGSL, and the same law in double precision to check the kernel against.
import {
  checkController,
  decimal,
  defineController,
  GRPOTrainer,
  initialState,
  loadModel,
  openDevice,
  option,
  section,
  stepLoops,
  tasks,
} from "entropic-webgpu";

const LIMIT = 0.9;

// Integral control with a deadband: while entropy is inside target +- width alpha rests, else it moves by gain times the distance from the band.
const WGSL = `
import package::lib::control::{ControlState, is_measured};

struct Parameters { target_entropy: f32, width: f32, gain: f32, limit: f32 }
var<immediate> parameters: Parameters;

@group(0) @binding(0) var<storage, read_write> state: ControlState; // [G]

@compute @workgroup_size(1)
fn main() {
  var one = state.loops[0];
  if !is_measured(one) { return; }
  let error = one.entropy - parameters.target_entropy;
  let outside = error - clamp(error, -parameters.width, parameters.width);
  one.alpha = clamp(one.alpha + parameters.gain * outside, -parameters.limit, parameters.limit);
  one.error = error;
  one.target_entropy = parameters.target_entropy;
  one.saturated = select(0.0, 1.0, abs(one.alpha) == parameters.limit);
  state.loops[0] = one;
}`;

const deadband = defineController({
  key: "deadband",
  description: "Moves alpha while entropy is outside a band around its target.",
  options: section({
    target: option(decimal({ min: 0 }), 0.35, "The middle of the band, in nats per token."),
    width: option(decimal({ min: 0 }), 0.02, "Half the width of the band."),
    gain: option(decimal({ above: 0 }), 2, "Change of alpha per nat outside the band."),
  }),
  build: ({ target, width, gain }) => ({
    label: "GRPO + deadband",
    holds: [{ option: "target", nats: target, words: `${target} +- ${width} nats` }],
    usesAlpha: true,
    actsOnAdvantages: true, // alpha weighs advantages, and there is no entropy bonus: completions without an advantage are left out
    initial: () => initialState({ loops: [{ target_entropy: target }] }),
    law: {
      kernel: { name: "deadband", wgsl: WGSL },
      parameters: { target_entropy: target, width, gain, limit: LIMIT },
      step: (state) =>
        stepLoops(state, (loop) => {
          const error = loop.entropy - target;
          const outside = error - Math.max(-width, Math.min(width, error));
          const alpha = Math.max(-LIMIT, Math.min(LIMIT, loop.alpha + gain * outside));
          return { ...loop, alpha, error, target_entropy: target, saturated: Math.abs(alpha) === LIMIT ? 1 : 0 };
        }),
    },
  }),
});

const device = await openDevice();
const script = [0.3, 0.36, 0.5, Number.NaN, 0.9, 0.1, 0.34];
const { error, where, steps } = await checkController(device, deadband(), script);
console.log(`alpha ${steps.map(({ alpha }) => alpha.toFixed(2)).join(", ")}`);
console.log(`error ${error.toExponential(1)} in ${where}`);
if (!(error < 1e-6)) throw new Error("the kernel and its twin differ");

const trainer = new GRPOTrainer({
  device,
  model: await loadModel(device, "models/checkpoints/countdown-base"),
  task: tasks.countdown({ numbers: 3, max: 9 }),
  controller: deadband({ target: 0.3, width: 0.01, gain: 5 }),
  config: { steps: 3, prompts: 8, completions: 8 },
});
for await (const step of trainer) {
  console.log(`step ${step.step}: entropy ${step.entropy?.toFixed(3)}, alpha ${step["entropic/alpha"]?.toFixed(3)}`);
}
await trainer.destroy();
