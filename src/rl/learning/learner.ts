import type { Controller, ControlState, Measured, SavedControl, StepSignals } from "../../control/index.ts";
import { build } from "../../gpu/parts.ts";
import { requireFinite } from "../../nn/finite.ts";
import { finiteTensors } from "../../nn/finite_tensors.ts";
import type { NamedArray } from "../../nn/load_parameters.ts";
import { OPTIMIZER_STATE } from "../../ops/records.ts";
import { ADAMW_DEFAULTS, createAdamW } from "../../optim/adamw.ts";
import { learningRateAt } from "../../optim/schedule.ts";
import { createPolicyUpdate, type StepContext } from "../../policy/update.ts";
import type { UpdateResult } from "../../policy/update_result.ts";
import type { TensorSource } from "../../stored_tensor.ts";
import { updateMemory } from "../memory/update_memory.ts";
import { mayTakeSeveral, passRows, type Run } from "../run.ts";
import { microBatches, type PackedBatch, packBatch, type Sample, type StepTotals, totalsOf } from "./micro_batches.ts";
import { mayLeaveOutSilent, mayMeasureSilent, partSilent } from "./silent.ts";
import { measureEntropies } from "./token_classes.ts";

/** Learns from samples. Each optimiser step of the policy holds a step of the controller. */
export interface Learner {
  /**
   * Does all updates of a step on the same samples. `sampled` are the entropies that the sampler measured; undefined where the samples are
   * not all of the present policy.
   */
  learn(
    samples: readonly Sample[],
    told: { readonly sampled: Measured | undefined; readonly signals: StepSignals },
    step: number,
  ): Promise<Learned>;
  /** Repeats the last step's first update, and returns what its first kernel did that wrote a number which is not finite. Nothing changes. */
  explainSkipped(place: string): Promise<string | undefined>;
  save(): Promise<LearnerState>;
  /** What `save` gives, with moments that are read back from the GPU when they are asked for. */
  store(): Promise<Pick<LearnerState, "control" | "optimizer"> & { readonly moments: TensorSource }>;
  load(saved: Pick<LearnerState, "control" | "optimizer"> & { readonly moments: ReadonlyMap<string, NamedArray> }): void;
  /** Forgets the optimiser's moments and its count of steps. */
  restartOptimizer(): Promise<void>;
  /** Goes on with the same controller under other options, such as another target. */
  setController(controller: Controller): Promise<void>;
  /** The dispatches of one update, one a line. */
  describe(): string;
  destroy(): void;
}

/** What a step of training did to the policy. */
export interface Learned {
  /** What each update reports; none where no token was left to learn from, and then nothing has changed. */
  readonly updates: readonly UpdateResult[];
  /** The controller's state after the last update. */
  readonly state: ControlState;
  /** The learning rate of the updates. */
  readonly learningRate: number;
  /** Updates since the start of training that were skipped because numbers were not finite. */
  readonly skipped: number;
  /** The milliseconds that the updates took together. */
  readonly milliseconds: number;
}

/** The states of controller and optimiser, and the optimiser's moments by name. */
export interface LearnerState {
  readonly control: SavedControl;
  readonly optimizer: readonly number[];
  readonly moments: Map<string, { shape: number[]; data: Float32Array }>;
}

/** What an error about moments that are not finite says. */
const WHOSE_MOMENTS = ["the moments of AdamW", "they are not saved; go on from the last checkpoint"] as const;

export async function createLearner(run: Run): Promise<Learner> {
  const { device, model, config, controller, loss } = run;
  const { grpo, seed } = config;
  const { gate, tau, alphaNorm } = config.entropy;
  const { sharesRows } = model.module;
  const { optimizer, update, destroy } = await build(async (own) => {
    const optimizer = own(createAdamW(model.placed, { ...ADAMW_DEFAULTS, ...grpo }));
    const update = await createPolicyUpdate({
      ...{ device, optimizer, controller, seed },
      model: model.module,
      sharesRows,
      loss: { ...grpo, gate, tau, alphaNorm, loss },
      rows: passRows(run),
      sequences: grpo.prompts * grpo.completions,
      ...updateMemory(grpo),
      mayTakeSeveral: mayTakeSeveral(run),
      mayMeasureSilent: mayMeasureSilent(run),
    });
    return { optimizer, update: own(update) };
  });
  let skipped = 0;
  let last: { readonly batches: readonly PackedBatch[]; readonly draw: number } | undefined;
  return {
    learn: async (samples, { sampled, signals }, step) => {
      const started = performance.now();
      const packed = packStep(run, samples);
      const { batches, totals } = packed;
      // Draws count from 1, because draw 0 belongs to the sampler's random numbers.
      const firstDraw = step * grpo.updatesPerRollout + 1;
      const learningRate = learningRateAt(grpo, step);
      const updates: UpdateResult[] = [];
      update.tell(signals);
      for (let i = 0; i < grpo.updatesPerRollout && totals.responseTokens > 0; i += 1) {
        updates.push(await update.step(batches, learningRate, { ...toldOf(run, packed, sampled, i), draw: firstDraw + i }));
      }
      skipped = updates.at(-1)?.skipped ?? skipped;
      last = updates.length > 0 ? { batches, draw: firstDraw } : undefined;
      const state = updates.at(-1) ?? (await update.readControl());
      return { updates, state, learningRate, skipped, milliseconds: performance.now() - started };
    },
    explainSkipped: async (place) => last && update.explainSkipped(last.batches, place, last.draw),
    save: async () => {
      const { moments, state } = await optimizer.save();
      requireFinite(moments, ...WHOSE_MOMENTS);
      return { control: await update.readControl(), optimizer: state, moments };
    },
    store: async () => {
      const { moments, state } = await optimizer.store();
      return { control: await update.readControl(), optimizer: state, moments: finiteTensors(moments, ...WHOSE_MOMENTS) };
    },
    load: ({ control, optimizer: state, moments }) => {
      // The controller refuses the state of another one, and does so before anything changes.
      update.writeControl(control);
      optimizer.load({ moments, state });
      ({ skipped } = OPTIMIZER_STATE.read(state));
    },
    restartOptimizer: () => optimizer.restart(),
    setController: async (changed) => update.writeControl(await update.readControl(), changed),
    describe: () => update.describe(),
    destroy,
  };
}

interface PackedStep {
  readonly batches: readonly PackedBatch[];
  /** The samples that no update computes, and what packs them; undefined where there are none. */
  readonly silent: { readonly samples: readonly Sample[]; readonly batches: () => readonly PackedBatch[] } | undefined;
  /** Of all samples, because a token weighs what it weighs among them. */
  readonly totals: StepTotals;
}

/** Packs what a step must compute of its samples. */
function packStep(run: Run, samples: readonly Sample[]): PackedStep {
  const { aggregate, maxNewTokens: maxLength } = run.config.grpo;
  const packing = { aggregate, maxLength, oldEntropies: run.loss.readsOldEntropy, sharesRows: run.model.module.sharesRows };
  const totals = totalsOf(samples);
  const rows = passRows(run);
  const pack = (some: readonly Sample[]): PackedBatch[] =>
    microBatches(some, rows, packing).map((group) => packBatch(group, totals, packing));
  const { heard, silent } = mayLeaveOutSilent(run) ? partSilent(samples) : { heard: samples, silent: [] };
  const counted = silent.filter(({ isMasked }) => !isMasked);
  return { batches: pack(heard), silent: counted.length > 0 ? { samples: counted, batches: () => pack(counted) } : undefined, totals };
}

/**
 * What an update is told beside its batches. The sampler's entropies are of the policy before the first update; those of later updates
 * matter to a controller's law alone.
 */
function toldOf({ controller }: Run, { silent }: PackedStep, sampled: Measured | undefined, update: number): StepContext {
  if (update > 0 && !controller.law) return {};
  const known = update === 0 ? sampled : undefined;
  const measured = known && silent && measureEntropies(silent.samples, controller);
  return { sampled: known, silent: silent && { batches: silent.batches, measured } };
}
