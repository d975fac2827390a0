import { createReader, type Reader } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { createExclusive } from "../gpu/exclusive.ts";
import { submitPass } from "../gpu/launch.ts";
import { build, type Own } from "../gpu/parts.ts";
import { differentiate } from "../graph/differentiate.ts";
import { buildPlan, type Plan } from "../graph/plan.ts";
import { type RunScalars, runScalar } from "../graph/scalar.ts";
import { input } from "../graph/trace.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { inputRows } from "../nn/rows.ts";
import { noteWeightChange } from "../nn/weights_watch.ts";
import { add } from "../ops/add.ts";
import { addOnto } from "../ops/add_onto.ts";
import { crossEntropy } from "../ops/cross_entropy.ts";
import { BATCH_METRICS, OPTIMIZER_STATE, TOKEN_INPUT } from "../ops/records.ts";
import type { AdamW } from "../optim/adamw.ts";
import { type ActivationOptions, rewriteActivations } from "./activations.ts";
import { type HeadMemory, headChunks } from "./chunks.ts";
import { explainStep } from "./explain_step.ts";
import { headBackward, headOf, headSink, headStatistics } from "./head.ts";
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

/** Supervised learning of the rows that have a weight: forward, cross-entropy, backward, AdamW; in one submission where one batch holds all. */
export interface SupervisedUpdate {
  /**
   * Does one step. Several batches are passed one after the other, and their gradients and losses add up: the weights of tokens are
   * shares of the whole step.
   * @throws EngineError for batches without a token to learn from
   */
  step(batch: UpdateBatch | readonly UpdateBatch[], learningRate: number): Promise<SupervisedResult>;
  /** Repeats a step that was skipped, and returns what its first kernel did that wrote a number which is not finite. Nothing changes. */
  explainSkipped(batch: UpdateBatch | readonly UpdateBatch[], place: string): Promise<string | undefined>;
  destroy(): void;
}

interface SupervisedUpdateOptions extends ActivationOptions, HeadMemory {
  readonly device: Device;
  readonly model: LanguageModel;
  readonly optimizer: AdamW;
  /** Most rows of one batch. */
  readonly rows: number;
  /** Whether a step may take several batches, whose plans are built when the first such step comes. */
  readonly mayTakeSeveral?: boolean;
}

/** Plans one step of supervised learning: cross-entropy of packed rows, its gradient, and AdamW. */
export async function createSupervisedUpdate(options: SupervisedUpdateOptions): Promise<SupervisedUpdate> {
  return build((own) => buildSupervisedUpdate(options, own));
}

async function buildSupervisedUpdate(options: SupervisedUpdateOptions, own: Own): Promise<Omit<SupervisedUpdate, "destroy">> {
  const { device, model, optimizer } = options;
  const whole = await buildPass(options, own, true);
  // A measuring device must hear of everything that may be built later.
  let several = device.measuring && options.mayTakeSeveral ? await buildSeveral(options, own) : undefined;
  const resultOf = (read: readonly ReadBack[]): SupervisedResult => {
    const state = new Float32Array(read.at(-1)!.optimizer);
    optimizer.heartbeat.beat(state);
    const { norm, scale, skipped } = OPTIMIZER_STATE.read(state);
    const loss = read.reduce((sum, { metrics }) => sum + (metrics ? BATCH_METRICS.read(new Float32Array(metrics)).loss : 0), 0);
    return { loss, gradNorm: norm, wasSkipped: scale === 0, skipped };
  };
  const step: SupervisedUpdate["step"] = async (given, learning_rate) => {
    const batches = "rows" in given ? [given] : given;
    requireWeights(batches);
    if (batches.length === 1) {
      noteWeightChange(model);
      return resultOf([await whole.run(batches[0], { learning_rate })]);
    }
    several ??= await buildSeveral(options, own);
    const read: ReadBack[] = [];
    for (const [i, batch] of batches.entries()) read.push(await several.pass.run(batch, { accumulate: i === 0 ? 0 : 1 }));
    noteWeightChange(model);
    return resultOf([...read, await several.optimize.run(undefined, { learning_rate })]);
  };
  const alone = createExclusive("the supervised update");
  return {
    step: (batches, learningRate) => alone(() => step(batches, learningRate)),
    explainSkipped: (batches, place) =>
      alone(() => explainStep({ device, optimizer }, place, (learningRate) => step(batches, learningRate))),
  };
}

/** A step without tokens would move the weights by their moments and decay alone, or by the gradients of the step before. */
function requireWeights(batches: readonly UpdateBatch[]): void {
  const weights = batches.map(({ inputs }) => TOKEN_INPUT.column(inputs.token_inputs as Float32Array, "weight"));
  if (weights.some((column) => column.some((weight) => weight !== 0))) return;
  throw new EngineError(`a step of ${batches.length} batches holds no token that has a weight; leave such a step out`);
}

interface ReadBack {
  readonly metrics?: ArrayBuffer;
  readonly optimizer: ArrayBuffer;
}

/** A plan that reads back what it says after every run. */
interface Pass {
  run(batch: UpdateBatch | undefined, scalars: RunScalars): Promise<ReadBack>;
}

async function buildSeveral(options: SupervisedUpdateOptions, own: Own): Promise<{ readonly pass: Pass; readonly optimize: Pass }> {
  const { device, optimizer } = options;
  const pass = await buildPass(options, own, false);
  const plan = own(
    await buildPlan(device, "supervised optimizer step", () => {
      optimizer.step(runScalar("learning_rate"));
      return {};
    }),
  );
  return { pass, optimize: passOf(device, plan, own(createReader(device, { optimizer: optimizer.state.storage.window! }))) };
}

/** One pass over a batch; the pass over a whole step changes the weights too. */
async function buildPass(options: SupervisedUpdateOptions, own: Own, isWhole: boolean): Promise<Pass> {
  const { device, optimizer } = options;
  const label = isWhole ? "supervised update" : "supervised micro-batch";
  const plan = own(await buildPlan(device, label, () => tracePass(options, isWhole)));
  const windows = { metrics: plan.windowOf(plan.result.keep[0]!), optimizer: optimizer.state.storage.window! };
  return passOf(device, plan, own(createReader(device, windows)));
}

function tracePass(options: SupervisedUpdateOptions, isWhole: boolean) {
  const { model, optimizer } = options;
  const rows = runScalar("rows", options.rows);
  const hidden = model.forward(input("tokens", [rows], "u32"), inputRows(rows)); // [N, C]
  const head = {
    hidden,
    ...headOf(model),
    actions: input("actions", [rows], "u32"),
    inverseTemperature: 1,
    chunks: headChunks(rows, model, options),
  };
  const saved = headStatistics(head);
  const { coefficients, metrics } = crossEntropy(saved.statistics, input("token_inputs", [rows, TOKEN_INPUT.size]));
  const sinks = optimizer.sinks(isWhole ? 0 : runScalar("accumulate"));
  const sink = headSink(head, sinks);
  const gradHidden = headBackward(head, saved, coefficients, sink);
  if (sink) sinks.set(head.weight.tensor, { ...sink, accumulate: 1 });
  differentiate({ seeds: new Map([[hidden, gradHidden]]), sinks, add, addOnto });
  if (isWhole) optimizer.step(runScalar("learning_rate"));
  return { keep: [metrics], rewrite: rewriteActivations(options, [metrics]) };
}

const WANTED = ["tokens", "actions", "token_inputs", "positions", "sequence_start", "sequence_end"];

function passOf(device: Device, plan: Plan, reader: Reader<"optimizer"> | Reader<"metrics" | "optimizer">): Pass {
  return {
    run: async (batch, scalars) => {
      if (batch) plan.upload(Object.fromEntries(WANTED.map((name) => [name, batch.inputs[name]!])));
      const all = batch ? { ...scalars, rows: batch.rows } : scalars;
      submitPass(device, plan.label, (recording) => plan.encode(recording, all), reader.encode);
      return reader.read();
    },
  };
}
