import { createReader } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { createExclusive } from "../gpu/exclusive.ts";
import { submitPass } from "../gpu/launch.ts";
import { firstNotFinite } from "../gpu/nan_check.ts";
import { differentiate } from "../graph/differentiate.ts";
import { buildPlan } from "../graph/plan.ts";
import { runScalar } from "../graph/scalar.ts";
import { input } from "../graph/trace.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { inputRows } from "../nn/rows.ts";
import { add } from "../ops/add.ts";
import { addOnto } from "../ops/add_onto.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { BATCH_METRICS, OPTIMIZER_STATE, TOKEN_INPUT } from "../ops/records.ts";
import type { AdamW } from "../optim/adamw.ts";
import { type ActivationStorage, rewriteActivations } from "./activations.ts";
import { chunksOf } from "./chunks.ts";
import { headBackward, headSink, headStatistics } from "./head.ts";
import type { UpdateBatch } from "./update.ts";

export interface SupervisedResult {
  /** Cross-entropy in nats, weighted by the weights of the batch's tokens. */
  readonly loss: number;
  readonly gradNorm: number;
  /** Whether this step was skipped because a gradient, or what it would make of a weight or moment, was not finite. */
  readonly wasSkipped: boolean;
  /** Steps skipped so far. */
  readonly skipped: number;
}

/** Supervised learning of the rows that have a weight: forward, cross-entropy, backward, AdamW, in one submission. */
export interface SupervisedUpdate {
  step(batch: UpdateBatch, learningRate: number): Promise<SupervisedResult>;
  /** Repeats a step that was skipped, and returns what its first kernel did that wrote a number which is not finite. No weight changes. */
  explainSkipped(batch: UpdateBatch, place: string): Promise<string | undefined>;
  destroy(): void;
}

/** Plans one step of supervised learning: cross-entropy of packed rows, its gradient, and AdamW. */
export async function createSupervisedUpdate(options: {
  readonly device: Device;
  readonly model: LanguageModel;
  readonly optimizer: AdamW;
  readonly rows: number;
  readonly chunkBytes?: number;
  readonly activations?: ActivationStorage;
}): Promise<SupervisedUpdate> {
  const { device, model, optimizer } = options;
  const plan = await buildPlan(device, "supervised update", () => {
    const rows = runScalar("rows", options.rows);
    const hidden = model.forward(input("tokens", [rows], "u32"), inputRows(rows)); // [N, C]
    const head = {
      hidden,
      weight: model.head(),
      actions: input("actions", [rows], "u32"),
      inverseTemperature: 1,
      chunks: chunksOf(rows, model.vocabSize, options.chunkBytes),
    };
    const saved = headStatistics(head);
    const { coefficients, metrics } = crossEntropy(saved.statistics, input("token_inputs", [rows, TOKEN_INPUT.size]));
    const sinks = optimizer.sinks(0);
    const sink = headSink(head, sinks);
    const gradHidden = headBackward(head, saved, coefficients, sink);
    if (sink) sinks.set(head.weight.tensor, { ...sink, accumulate: 1 });
    differentiate({ seeds: new Map([[hidden, gradHidden]]), sinks, add, addOnto });
    optimizer.step(runScalar("learning_rate"));
    return { keep: [metrics], rewrite: rewriteActivations(options.activations, [metrics]) };
  });
  const wanted = ["tokens", "actions", "token_inputs", "positions", "sequence_start", "sequence_end"];
  const reader = createReader(device, { metrics: plan.windowOf(plan.result.keep[0]!), optimizer: optimizer.state.storage.window! });
  const step = async (batch: UpdateBatch, learningRate: number): Promise<SupervisedResult> => {
    plan.upload(Object.fromEntries(wanted.map((name) => [name, batch.inputs[name]!])));
    const scalars = { rows: batch.rows, learning_rate: learningRate };
    submitPass(device, plan.label, (recording) => plan.encode(recording, scalars), reader.encode);
    const bytes = await reader.read();
    const state = new Float32Array(bytes.optimizer);
    optimizer.heartbeat.beat(state);
    const { loss } = BATCH_METRICS.read(new Float32Array(bytes.metrics));
    const { norm, scale, skipped } = OPTIMIZER_STATE.read(state);
    return { loss, gradNorm: norm, wasSkipped: scale === 0, skipped };
  };
  const alone = createExclusive("the supervised update");
  return {
    step: (batch, learningRate) => alone(() => step(batch, learningRate)),
    // At this learning rate the optimiser skips the step whatever the gradients are.
    explainSkipped: (batch, place) => alone(() => firstNotFinite(device, place, () => step(batch, Number.NaN))),
    destroy: () => {
      plan.destroy();
      reader.destroy();
    },
  };
}
