import { merge } from "../../../src/experiments/framework/settings.ts";

/** The settings of the study toy-control, cut down to seconds. */
export function cutDown(shipped: unknown): unknown {
  return merge(shipped, {
    seeds: 1,
    targets: [1.5],
    model: { hidden_size: 16, intermediate_size: 24 },
    warmStart: { steps: 4, batch: 8 },
    grpo: { prompts: 4, completions: 4 },
    openLoop: { alphas: [-0.9, 0.9], steps: 2 },
    onPolicy: { steps: 5 },
    offPolicy: { steps: 5, updatesPerRollout: 2 },
    evaluation: { completions: 4 },
  });
}
