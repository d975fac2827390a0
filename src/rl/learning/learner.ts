import type { Measured, SavedControl } from "../../control/index.ts";
import { build } from "../../gpu/parts.ts";
import type { NamedArray } from "../../nn/place.ts";
import { ADAMW_DEFAULTS, createAdamW } from "../../optim/adamw.ts";
import { createPolicyUpdate, type UpdateResult } from "../../policy/update.ts";
import { passRows, type Run } from "../run.ts";
import { microBatches, packBatch, type Sample, totalsOf } from "./micro_batches.ts";

/** Learns from samples. Each optimiser step of the policy holds a step of the controller. */
export interface Learner {
  /** Does all updates of a step on the same samples. `sampled` are the entropies that the sampler measured. */
  learn(samples: readonly Sample[], sampled: Measured, step: number): Promise<Learned>;
  save(): Promise<LearnerState>;
  load(saved: Pick<LearnerState, "control" | "optimizer"> & { readonly moments: ReadonlyMap<string, NamedArray> }): void;
  /** The dispatches of one update, one a line. */
  describe(): string;
  destroy(): void;
}

/** What each update of a step reports, and the milliseconds that they took together. */
export interface Learned {
  readonly updates: readonly UpdateResult[];
  readonly milliseconds: number;
}

/** The states of controller and optimiser, and the optimiser's moments by name. */
export interface LearnerState {
  readonly control: SavedControl;
  readonly optimizer: readonly number[];
  readonly moments: Map<string, { shape: number[]; data: Float32Array }>;
}

export async function createLearner(run: Run): Promise<Learner> {
  const { device, model, config, controller, loss } = run;
  const { grpo, seed } = config;
  const { gate, tau, alphaNorm } = config.entropy;
  const { optimizer, update, destroy } = await build(async (own) => {
    const optimizer = own(createAdamW(model.placed, { ...ADAMW_DEFAULTS, ...grpo }));
    const update = await createPolicyUpdate({
      ...{ device, optimizer, controller, seed },
      model: model.module,
      loss: { ...grpo, gate, tau, alphaNorm, loss },
      rows: passRows(run),
      sequences: grpo.prompts * grpo.completions,
      activations: grpo.activations,
    });
    return { optimizer, update: own(update) };
  });
  return {
    learn: async (samples, sampled, step) => {
      const started = performance.now();
      const totals = totalsOf(samples);
      const packing = { aggregate: grpo.aggregate, maxLength: grpo.maxNewTokens };
      const batches = microBatches(samples, grpo.microBatchRows).map((group) => packBatch(group, totals, packing));
      const updates: UpdateResult[] = [];
      for (let i = 0; i < grpo.updatesPerRollout; i += 1) {
        const measured = updates.at(-1)?.measured ?? sampled;
        // Draws count from 1, because draw 0 belongs to the sampler's random numbers.
        const draw = step * grpo.updatesPerRollout + i + 1;
        updates.push(await update.step(batches, grpo.learningRate, measured, draw));
      }
      return { updates, milliseconds: performance.now() - started };
    },
    save: async () => {
      const { moments, state } = await optimizer.save();
      return { control: await update.readControl(), optimizer: state, moments };
    },
    load: ({ control, optimizer: state, moments }) => {
      // The controller refuses the state of another one, and does so before anything changes.
      update.writeControl(control);
      optimizer.load({ moments, state });
    },
    describe: () => update.describe(),
    destroy,
  };
}
