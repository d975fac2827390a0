// A policy loss of one's own: a token stops learning when its probability has moved too far, where PPO asks how far the ratio has moved.
// It is one WGSL function and the same function in TypeScript. checkLoss compares the two, and the slope with finite differences.
import { checkLoss, decimal, defineLoss, GRPOTrainer, loadModel, openDevice, option, section, tasks } from "entropic-webgpu";

const moveBound = defineLoss({
  key: "move-bound",
  description: "The policy gradient of tokens whose probability has moved less than a bound.",
  options: section({ bound: option(decimal({ above: 0 }), 0.1, "How far a probability may move before its token stops learning.") }),
  parameters: ({ bound }) => ({ bound }),
  wgsl: /* wgsl */ `
    import package::lib::loss::{Surrogate, Token};

    struct LossParameters {
      bound: f32,
    }

    fn surrogate(token: Token, parameters: LossParameters) -> Surrogate {
      let moved = exp(token.logp) - exp(token.old_logp);
      let low = token.advantage < 0.0 && moved < -parameters.bound;
      let high = token.advantage > 0.0 && moved > parameters.bound;
      if low || high {
        return Surrogate(0.0, 0.0, low, high);
      }
      return Surrogate(-token.ratio * token.advantage, -token.ratio_slope * token.advantage, low, high);
    }`,
  surrogate: ({ logp, oldLogp, advantage, ratio, ratioSlope }, { bound }) => {
    const moved = Math.exp(logp) - Math.exp(oldLogp);
    const low = advantage < 0 && moved < -bound;
    const high = advantage > 0 && moved > bound;
    if (low || high) return { value: 0, slope: 0, low, high };
    return { value: -ratio * advantage, slope: -ratioSlope * advantage, low, high };
  },
  scalesWithAdvantage: true, // so that updates leave out completions whose advantage is 0
});

const device = await openDevice();
const loss = moveBound({ bound: 0.05 });
const errors = await checkLoss(device, loss);
const { value, slope, derivative, flags, tokens } = errors;
for (const [name, error] of Object.entries({ value, slope, derivative })) console.log(`${name}: largest error ${error.toExponential(1)}`);
console.log(`flags: ${flags} of ${tokens} tokens differ`);
if (Math.max(value, slope, derivative) > 1e-5 || flags > 0)
  throw new Error(`the loss and its twin differ: ${JSON.stringify(errors.where)}`);

const model = await loadModel(device, "models/checkpoints/countdown-base");
const config = { steps: 3, prompts: 16, completions: 8, updatesPerRollout: 2 };
const trainer = new GRPOTrainer({ device, model, task: tasks.countdown({ numbers: 3, max: 9 }), loss, config });
for await (const step of trainer) {
  console.log(`step ${step.step}: reward ${step.reward?.toFixed(3)}, stopped ${step["clip_ratio/region_mean"]?.toFixed(4)} of the tokens`);
}
await trainer.destroy();
