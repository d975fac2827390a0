import { type Controller, traceControl } from "../control/define.ts";
import { resumedState, type SavedControl, savedControl } from "../control/saved.ts";
import { type ControlState, type Measured, measuredFloats, packState, readState } from "../control/state.ts";
import { createBuffer, createReader, destroyBuffer, type HostArray, uploadBuffer } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { submitPass } from "../gpu/launch.ts";
import { differentiate } from "../graph/differentiate.ts";
import { buildPlan, type Plan } from "../graph/plan.ts";
import { derive, type RunScalars, runScalar } from "../graph/scalar.ts";
import { externalTensor, type Tensor } from "../graph/tensor.ts";
import { type GradientSink, input } from "../graph/trace.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { inputRows } from "../nn/rows.ts";
import { add } from "../ops/add.ts";
import { addOnto } from "../ops/add_onto.ts";
import { controlWeight } from "../ops/control_weight.ts";
import { entropyReduce } from "../ops/entropy_reduce.ts";
import { metricReduce } from "../ops/metric_reduce.ts";
import { BATCH_METRICS, type BatchMetrics, OPTIMIZER_STATE, TOKEN_INPUT } from "../ops/records.ts";
import { tokenLoss } from "../ops/token_loss.ts";
import type { AdamW } from "../optim/adamw.ts";
import { type ActivationStorage, rewriteActivations } from "./activations.ts";
import { chunksOf, DEFAULT_CHUNK_BYTES } from "./chunks.ts";
import { type Head, headBackward, headStatistics } from "./head.ts";
import type { PolicyLossOptions } from "./options.ts";

/** What an update is planned for. */
export interface PolicyUpdateOptions {
  readonly device: Device;
  readonly model: LanguageModel;
  readonly optimizer: AdamW;
  readonly controller: Controller;
  readonly loss: PolicyLossOptions;
  /** Most rows and sequences of one micro-batch. */
  readonly rows: number;
  readonly sequences: number;
  readonly chunkBytes?: number;
  readonly activations?: ActivationStorage;
  /** Of a loss that chooses tokens at random. Default 0. */
  readonly seed?: number;
}

/** Named numbers of one optimiser step, as the GPU computed them. */
export interface UpdateResult extends ControlState {
  readonly loss: number;
  /** Mean entropy of the response tokens before the update, in nats. */
  readonly entropy: number;
  /** The entropy before the update of each loop's tokens, for the next update of the same rollout. */
  readonly measured: Measured;
  /** One record a micro-batch. */
  readonly metrics: readonly BatchMetrics[];
  readonly gradNorm: number;
  /** Tokens that the loss selected, over the micro-batches; 0 where it selects none. */
  readonly selected: number;
  /** Steps skipped so far because a gradient was not finite. */
  readonly skipped: number;
}

/** One micro-batch, packed: sizes and the plan's named inputs. */
export interface UpdateBatch {
  readonly rows: number;
  readonly sequences: number;
  readonly inputs: Readonly<Record<string, HostArray>>;
}

/** The optimiser step of the policy: one submission a micro-batch, one in all when the step is a single micro-batch. */
export interface PolicyUpdate {
  /**
   * Submits one step; the promise resolves when its few scalars have been read back.
   * `draw` numbers the step among those of a run, for a loss that chooses tokens at random.
   */
  step(batches: readonly UpdateBatch[], learningRate: number, sampled: Measured, draw?: number): Promise<UpdateResult>;
  readControl(): Promise<SavedControl>;
  /** @throws when the state is of another controller or of other classes */
  writeControl(saved: SavedControl): void;
  describe(): string;
  destroy(): void;
}

/** Plans one optimiser step of policy learning, entropy control included; see docs/method.md. */
export async function createPolicyUpdate(options: PolicyUpdateOptions): Promise<PolicyUpdate> {
  const { device, controller, optimizer } = options;
  const initial = Float32Array.from(packState(controller.initial()));
  const controlBuffer = createBuffer(device, "control", initial.byteLength);
  const metricBuffer = createBuffer(device, "metrics", BATCH_METRICS.size * 4);
  const countBuffer = createBuffer(device, "selected count", 4);
  const countWindow = { buffer: countBuffer, offset: 0, size: 4 };
  const controlWindow = { buffer: controlBuffer, offset: 0, size: initial.byteLength };
  const metricWindow = { buffer: metricBuffer, offset: 0, size: BATCH_METRICS.size * 4 };
  const control = externalTensor("control", controlWindow, [initial.length]);
  const metrics = externalTensor("metrics", metricWindow, [BATCH_METRICS.size]);
  uploadBuffer(device, controlWindow, initial);

  const shared = { ...options, control, metrics, count: externalTensor("selected_count", countWindow, [1]) };
  // Exact: the entropy of this very batch sets alpha. Accumulating: alpha is set once, before the micro-batches.
  const exact = await buildPlan(device, "policy update", () => {
    tracePolicyStep(shared, true);
    optimizer.step(runScalar("learning_rate"));
    return { rewrite: rewriteActivations(options.activations) };
  });
  let accumulating: { control: Plan; micro: Plan; optimize: Plan } | undefined;
  const accumulatingPlans = async (): Promise<NonNullable<typeof accumulating>> => {
    accumulating ??= await buildAccumulatingPlans(shared);
    return accumulating;
  };
  const reader = createReader(device, {
    control: controlWindow,
    metrics: metricWindow,
    optimizer: optimizer.state.storage.window!,
    selected: countWindow,
  });

  const submit = (plan: Plan, batch: UpdateBatch | undefined, scalars: RunScalars): Promise<ReadBack> => {
    if (batch) plan.upload(batch.inputs);
    submitPass(device, plan.label, (pass) => plan.encode(pass, scalars), reader.encode);
    return reader.read();
  };
  return {
    step: async (batches, learningRate, sampled, draw = 0) => {
      if (batches.length === 1) {
        const batch = batches[0]!;
        const bytes = await submit(exact, batch, { ...sizes(batch), learning_rate: learningRate, draw, micro_batch: 0 });
        return toResult([bytes]);
      }
      const plans = await accumulatingPlans();
      for (const [index, value] of measuredFloats(sampled)) {
        uploadBuffer(device, { buffer: controlBuffer, offset: index * 4, size: 4 }, Float32Array.of(value));
      }
      await submit(plans.control, undefined, {});
      const read: ReadBack[] = [];
      for (const [i, batch] of batches.entries()) {
        read.push(await submit(plans.micro, batch, { ...sizes(batch), accumulate: i === 0 ? 0 : 1, draw, micro_batch: i }));
      }
      const last = await submit(plans.optimize, undefined, { learning_rate: learningRate });
      return toResult(read, last);
    },
    readControl: async () => {
      submitPass(device, "read control", () => {}, reader.encode);
      return savedControl(controller, readState(new Float32Array((await reader.read()).control)));
    },
    writeControl: (saved) => uploadBuffer(device, controlWindow, Float32Array.from(packState(resumedState(controller, saved)))),
    describe: () => exact.describe(),
    destroy: () => {
      for (const plan of [exact, ...Object.values(accumulating ?? {})]) plan.destroy();
      reader.destroy();
      for (const buffer of [controlBuffer, metricBuffer, countBuffer]) destroyBuffer(device, buffer);
    },
  };
}

/** What comes back of every submission. */
type ReadBack = Readonly<Record<"control" | "metrics" | "optimizer" | "selected", ArrayBuffer>>;

interface Backward {
  readonly head: Head;
  readonly saved: ReturnType<typeof headStatistics>;
  readonly coefficients: Tensor;
  readonly sinks: Map<Tensor, GradientSink>;
}

type Shared = PolicyUpdateOptions & { readonly control: Tensor; readonly metrics: Tensor; readonly count: Tensor };

async function buildAccumulatingPlans(shared: Shared): Promise<{ control: Plan; micro: Plan; optimize: Plan }> {
  const { device, controller, optimizer } = shared;
  const build = (label: string, body: () => void): Promise<Plan> =>
    buildPlan(device, label, () => {
      body();
      return { rewrite: rewriteActivations(shared.activations) };
    });
  return {
    control: await build("control update", () => traceControl(controller, shared.control)),
    micro: await build("policy micro-batch", () => tracePolicyStep(shared, false)),
    optimize: await build("optimizer step", () => optimizer.step(runScalar("learning_rate"))),
  };
}

/**
 * forward -> token statistics -> entropy reduction -> controller update -> per-token loss -> logits gradient -> backward,
 * as docs/method.md, "One step", has it. With `updateController` false alpha stays what it was.
 */
function tracePolicyStep(shared: Shared, updateController: boolean): void {
  const { model, controller, loss, control, metrics } = shared;
  const rows = runScalar("rows", shared.rows);
  const sequences = runScalar("sequences", shared.sequences);
  const actions = input("actions", [rows], "u32");
  const tokenInputs = input("token_inputs", [rows, TOKEN_INPUT.size]);
  const hidden = model.forward(input("tokens", [rows], "u32"), inputRows(rows)); // [N, C]
  const head: Head = {
    hidden,
    weight: model.head(),
    actions,
    inverseTemperature: 1 / loss.temperature,
    chunks: chunksOf(rows, model.vocabSize, shared.chunkBytes ?? DEFAULT_CHUNK_BYTES),
  };
  const saved = headStatistics(head);
  const gate = { gate: loss.gate, tau: loss.tau };
  entropyReduce(saved.statistics, tokenInputs, control, { ...gate, writeEntropy: updateController });
  if (updateController) traceControl(controller, control);
  const scope = loss.alphaNorm === "all" || loss.aggregate === "constant" ? "none" : loss.aggregate === "token-mean" ? "batch" : "sequence";
  const begins = input("sequence_begin", [derive("S+1", [sequences], (s) => s + 1)], "u32");
  if (scope !== "none") {
    controlWeight({ statistics: saved.statistics, tokenInputs, control, sequenceBegin: begins }, { ...gate, scope, sequences });
  }
  const given = { statistics: saved.statistics, tokenInputs };
  const random = { seed: shared.seed ?? 0, draw: runScalar("draw"), microBatch: runScalar("micro_batch") };
  const extra = loss.loss.extra?.({ ...given, sequenceBegin: begins, sequences, count: shared.count, random });
  const { coefficients, tokenMetrics } = tokenLoss({ ...given, control, extra }, loss);
  metricReduce(tokenMetrics, tokenInputs, metrics);
  // A step of one micro-batch overwrites the gradients, which its kernels then need not read.
  const sinks = shared.optimizer.sinks(updateController ? 0 : runScalar("accumulate"));
  backward({ head, saved, coefficients, sinks });
}

function backward({ head, saved, coefficients, sinks }: Backward): void {
  const headSink = sinks.get(head.weight.tensor)!;
  const gradHidden = headBackward(head, saved, coefficients, headSink);
  // A tied head has written its gradient already: the embedding adds to it.
  sinks.set(head.weight.tensor, { ...headSink, accumulate: 1 });
  differentiate({ seeds: new Map([[head.hidden, gradHidden]]), sinks, add, addOnto });
}

function sizes(batch: UpdateBatch): RunScalars {
  return { rows: batch.rows, sequences: batch.sequences };
}

function toResult(read: readonly ReadBack[], last: ReadBack = read.at(-1)!): UpdateResult {
  const { norm, skipped } = OPTIMIZER_STATE.read(new Float32Array(last.optimizer));
  const metrics = read.map((bytes) => BATCH_METRICS.read(new Float32Array(bytes.metrics)));
  return {
    loss: metrics.reduce((sum, { loss }) => sum + loss, 0),
    entropy: tokenMean(metrics, "entropy"),
    ...readState(new Float32Array(last.control)),
    measured: measuredOf(read.map((bytes) => readState(new Float32Array(bytes.control)))),
    metrics,
    gradNorm: norm,
    selected: read.reduce((sum, bytes) => sum + new Float32Array(bytes.selected)[0]!, 0),
    skipped,
  };
}

/** The entropy of each loop's tokens over the micro-batches, weighted by its tokens in each. */
function measuredOf(states: readonly ControlState[]): Measured {
  return states[0]!.loops.map((_, i) => {
    const tokens = states.reduce((sum, { loops }) => sum + loops[i]!.token_count, 0);
    const sum = states.reduce((total, { loops }) => total + loops[i]!.token_count * loops[i]!.batch_entropy, 0);
    return { tokens, entropy: sum / Math.max(1, tokens) };
  });
}

/** The mean over the tokens of all micro-batches of what each reports as its own mean. */
export function tokenMean(metrics: readonly BatchMetrics[], field: keyof BatchMetrics): number {
  const tokens = metrics.reduce((sum, { token_count }) => sum + token_count, 0);
  return metrics.reduce((sum, record) => sum + record[field] * record.token_count, 0) / Math.max(1, tokens);
}
