import { type Controller, traceControl } from "../control/define.ts";
import { resumedState, type SavedControl, savedControl } from "../control/saved.ts";
import type { StepSignals } from "../control/signals.ts";
import { type ControlState, floatsOf, type Measured, measuredFloats, packState, readState } from "../control/state.ts";
import { createReader, type HostArray, uploadBuffer } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { createExclusive } from "../gpu/exclusive.ts";
import { submitPass } from "../gpu/launch.ts";
import { build, type Own } from "../gpu/parts.ts";
import { buildPlan, type Plan } from "../graph/plan.ts";
import { type RunScalars, runScalar } from "../graph/scalar.ts";
import { elementsAtCapacity, type Tensor } from "../graph/tensor.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { noteWeightChange } from "../nn/weights_watch.ts";
import { BATCH_METRICS, TOKEN_INPUT } from "../ops/records.ts";
import { type ActivationOptions, rewriteActivations } from "./activations.ts";
import { createArena, windowsOf } from "./arena.ts";
import { explainStep } from "./explain_step.ts";
import { gatedScope, type TracedUpdate, traceMeasurement, tracePolicyStep } from "./policy_step.ts";
import { measuredOf, type ReadBack, type Reading, toResult, type UpdateResult, withSilent } from "./update_result.ts";

/** What an update is planned for. */
export interface PolicyUpdateOptions
  extends Omit<TracedUpdate, "control" | "metrics" | "silentSums" | "count" | "learning">,
    ActivationOptions {
  readonly device: Device;
  /** Whether a step may take several micro-batches, whose plans are built when the first such step comes. */
  readonly mayTakeSeveral?: boolean;
  /** Whether a step may have to measure silent samples, by a plan that is built when the first such step comes. */
  readonly mayMeasureSilent?: boolean;
}

/** One micro-batch, packed: sizes and the plan's named inputs. */
export interface UpdateBatch {
  readonly rows: number;
  readonly sequences: number;
  readonly inputs: Readonly<Record<string, HostArray>>;
}

/** What a step is told beside its batches. */
export interface StepContext {
  /**
   * The entropies of all tokens of the step as the sampler measured them, of this very policy. Where they are left out and there are several
   * micro-batches, a forward pass measures them first.
   */
  readonly sampled?: Measured | undefined;
  /** Samples that teach nothing, and have no part in the step but that their entropies count for alpha and for the mean entropy. */
  readonly silent?: SilentSamples | undefined;
  /** Numbers the step among those of a run, for a loss that selects tokens at random. Default 0. */
  readonly draw?: number;
}

/** Samples without an advantage. What the sampler has not measured of them a forward pass over their batches does. */
export interface SilentSamples {
  /** Packs them; called where a forward pass needs them. */
  readonly batches: () => readonly UpdateBatch[];
  readonly measured: Measured | undefined;
}

/** The optimiser step of the policy: one submission, or with several micro-batches some for each, one before them and one after. */
export interface PolicyUpdate {
  /**
   * Submits one step; the promise resolves when its few scalars have been read back. However a batch is cut into micro-batches, alpha comes
   * from all its tokens.
   * @throws EngineError for batches without a token to learn from
   */
  step(batches: readonly UpdateBatch[], learningRate: number, context?: StepContext): Promise<UpdateResult>;
  /** Repeats a step that was skipped, and returns what its first kernel did that wrote a number which is not finite. Nothing changes. */
  explainSkipped(batches: readonly UpdateBatch[], place: string, draw?: number): Promise<string | undefined>;
  /** Tells the controller what the next updates' step knows beside entropies, where its law wants to be told. It takes no submission. */
  tell(signals: StepSignals): void;
  readControl(): Promise<SavedControl>;
  /** `by` is the same controller with other options, where they changed. @throws when the state is of another controller or of other classes */
  writeControl(saved: SavedControl, by?: Controller): void;
  describe(): string;
  destroy(): void;
}

/** Plans one optimiser step of policy learning, entropy control included; see docs/method.md. */
export async function createPolicyUpdate(options: PolicyUpdateOptions): Promise<PolicyUpdate> {
  return build((own) => buildPolicyUpdate(options, own));
}

async function buildPolicyUpdate(options: PolicyUpdateOptions, own: Own): Promise<Omit<PolicyUpdate, "destroy">> {
  const { device, controller, optimizer } = options;
  const arena = own(createArena(device));
  const initial = Float32Array.from(packState(controller.initial()));
  const control = arena.make("control", [initial.length], "f32");
  const metrics = arena.make("metrics", [BATCH_METRICS.size], "f32");
  const silentSums = arena.make("silent_sums", [controller.initial().loops.length, 2], "f32");
  const count = arena.make("selected_count", [1], "f32");
  const learning = arena.make("learning_tokens", [2], "f32");
  arena.write(control, initial);
  const traced = { ...options, control, metrics, silentSums, count, learning };
  const exact = own(await buildExactPlan(traced));
  const later = await laterPlans(traced, options, own);
  const windows = windowsOf({ control, metrics, optimizer: optimizer.state, selected: count, learning });
  const reader = own(createReader(device, windows));

  const set = (floats: readonly [index: number, value: number][]): void => {
    for (const [index, value] of floats) uploadBuffer(device, { ...windows.control, offset: index * 4, size: 4 }, Float32Array.of(value));
  };
  const submit: Submit = (plan, batch, scalars) => {
    if (batch) plan.upload(batch.inputs);
    submitPass(device, plan.label, (recording) => plan.encode(recording, scalars), reader.encode);
    return reader.read();
  };
  const finished = (read: Reading, silent: Measured | undefined): UpdateResult => {
    optimizer.heartbeat.beat(new Float32Array(read.last.optimizer));
    return toResult(read, silent);
  };
  const step: PolicyUpdate["step"] = async (batches, learningRate, { sampled, silent: beside, draw = 0 } = {}) => {
    requireTokens(batches);
    requireOldEntropy(batches, traced);
    const measure = async (some: readonly UpdateBatch[]) => measureBatches(await later.measure(), some, submit);
    const silent = beside && (beside.measured ?? measuredOf(await measure(beside.batches())));
    const [batch, ...others] = batches as [UpdateBatch, ...UpdateBatch[]];
    if (others.length === 0) {
      arena.write(silentSums, sumsOf(silent, silentSums));
      noteWeightChange(options.model);
      const last = await submit(exact, batch, { ...sizes(batch), learning_rate: learningRate, draw, micro_batch: 0 });
      return finished({ parts: [last], last, isWhole: true }, silent);
    }
    set(await whatIsTold(traced, { batches, sampled, silent, measure }));
    return finished(await accumulate(await later.accumulate(), { batches, learningRate, draw, submit, model: options.model }), silent);
  };
  const alone = createExclusive("the policy update");
  return {
    step: (batches, learningRate, context) => alone(() => step(batches, learningRate, context)),
    explainSkipped: (batches, place, draw) =>
      alone(() =>
        explainStep({ device, optimizer, windows: [windows.control] }, place, (learningRate) =>
          step(batches, learningRate, draw === undefined ? {} : { draw }),
        ),
      ),
    tell: (signals) => set(floatsOf(controller.law?.told?.(signals) ?? {})),
    readControl: async () => savedControl(controller, readState(new Float32Array(await arena.read(control, initial.length)))),
    writeControl: (saved, by = controller) => arena.write(control, Float32Array.from(packState(resumedState(by, saved)))),
    describe: () => exact.describe(),
  };
}

/** Runs a plan on a batch, or a plan that needs none. */
type Submit = (plan: Plan, batch: UpdateBatch | undefined, scalars: RunScalars) => Promise<ReadBack>;

type Planned = TracedUpdate & Pick<PolicyUpdateOptions, "device" | keyof ActivationOptions>;

/** The whole step in one plan: the entropy of this very batch sets alpha. */
function buildExactPlan(traced: Planned): Promise<Plan> {
  return buildStepPlan(traced, "policy update", () => {
    tracePolicyStep(traced, true);
    traced.optimizer.step(runScalar("learning_rate"));
  });
}

/** A step of several micro-batches: alpha is set once, before them, from the entropies of all. */
interface AccumulatingPlans {
  readonly control: Plan;
  readonly micro: Plan;
  readonly optimize: Plan;
}

async function buildAccumulatingPlans(traced: Planned, own: Own): Promise<AccumulatingPlans> {
  const { controller, optimizer } = traced;
  return {
    control: own(await buildStepPlan(traced, "control update", () => traceControl(controller, traced.control))),
    micro: own(await buildStepPlan(traced, "policy micro-batch", () => tracePolicyStep(traced, false))),
    optimize: own(await buildStepPlan(traced, "optimizer step", () => optimizer.step(runScalar("learning_rate")))),
  };
}

/** Plans that are built when a step first needs them. */
interface LaterPlans {
  accumulate(): Promise<AccumulatingPlans>;
  /** A forward pass that measures entropies. */
  measure(): Promise<Plan>;
}

async function laterPlans(
  traced: Planned,
  { device, mayTakeSeveral, mayMeasureSilent }: Pick<PolicyUpdateOptions, "device" | "mayTakeSeveral" | "mayMeasureSilent">,
  own: Own,
): Promise<LaterPlans> {
  let accumulating: AccumulatingPlans | undefined;
  let measuring: Plan | undefined;
  const plans: LaterPlans = {
    accumulate: async () => (accumulating ??= await buildAccumulatingPlans(traced, own)),
    measure: async () => (measuring ??= own(await buildStepPlan(traced, "policy measurement", () => traceMeasurement(traced)))),
  };
  // A measuring device must hear of everything that may be built later.
  if (device.measuring && mayTakeSeveral) await plans.accumulate();
  if (device.measuring && (mayTakeSeveral || mayMeasureSilent)) await plans.measure();
  return plans;
}

/** What a forward pass over each batch measures. It goes by tokens, wherever sequences begin, and by the present entropies alone. */
async function measureBatches(measure: Plan, batches: readonly UpdateBatch[], submit: Submit): Promise<ControlState[]> {
  const states: ControlState[] = [];
  for (const { inputs, ...batch } of batches) {
    const { sequence_begin: _, old_entropy: __, ...needed } = inputs;
    states.push(readState(new Float32Array((await submit(measure, { ...batch, inputs: needed }, sizes(batch))).control)));
  }
  return states;
}

interface Told {
  readonly batches: readonly UpdateBatch[];
  readonly sampled: Measured | undefined;
  readonly silent: Measured | undefined;
  readonly measure: (batches: readonly UpdateBatch[]) => Promise<readonly ControlState[]>;
}

/**
 * The floats of the control state that all micro-batches together set: what the controller reads, and how many tokens are gated where the
 * control term is a mean over these. A forward pass measures what the sampler has not.
 */
async function whatIsTold(traced: TracedUpdate, { batches, sampled, silent, measure }: Told): Promise<[index: number, value: number][]> {
  const countsGated = gatedScope(traced) === "batch";
  if (!countsGated && (sampled || !traced.controller.law)) return measuredFloats(sampled ?? []);
  const states = await measure(batches);
  const gated = states.reduce((sum, { control }) => sum + control.gated_count, 0);
  return measuredFloats(withSilent(measuredOf(states), silent), gated);
}

interface AccumulatedStep {
  readonly batches: readonly UpdateBatch[];
  readonly learningRate: number;
  readonly draw: number;
  readonly submit: Submit;
  readonly model: LanguageModel;
}

/** The step of several micro-batches, once the control state knows all of them. */
async function accumulate(
  { control, micro, optimize }: AccumulatingPlans,
  { batches, learningRate, draw, submit, model }: AccumulatedStep,
): Promise<Reading> {
  await submit(control, undefined, {});
  const parts: ReadBack[] = [];
  for (const [i, batch] of batches.entries()) {
    parts.push(await submit(micro, batch, { ...sizes(batch), accumulate: i === 0 ? 0 : 1, draw, micro_batch: i }));
  }
  noteWeightChange(model);
  return { parts, last: await submit(optimize, undefined, { learning_rate: learningRate }), isWhole: false };
}

function buildStepPlan({ device, activations, recompute }: Planned, label: string, trace: () => void): Promise<Plan> {
  return buildPlan(device, label, () => {
    trace();
    return { rewrite: rewriteActivations({ activations, recompute }) };
  });
}

/** A step without tokens would move the weights by their moments and decay alone, and tell the controller an entropy of 0. */
function requireTokens(batches: readonly UpdateBatch[]): void {
  const masks = batches.map(({ inputs }) => TOKEN_INPUT.column(inputs.token_inputs as Float32Array, "mask"));
  if (masks.some((mask) => mask.some((value) => value > 0))) return;
  throw new EngineError(`a step of ${batches.length} batches holds no token to learn from; leave such a step out`);
}

/** The plan would compare with the entropies of an earlier batch. */
function requireOldEntropy(batches: readonly UpdateBatch[], { loss: { loss } }: TracedUpdate): void {
  if (!loss.readsOldEntropy || batches.every(({ inputs }) => inputs.old_entropy)) return;
  throw new EngineError(`the loss ${loss.name} needs the input old_entropy [N] of every batch: the entropies at sampling`);
}

function sizes(batch: Pick<UpdateBatch, "rows" | "sequences">): RunScalars {
  return { rows: batch.rows, sequences: batch.sequences };
}

/** silent_sums of the entropies of silent tokens; zeros where there are none. */
function sumsOf(silent: Measured = [], { shape }: Tensor): Float32Array {
  const sums = new Float32Array(elementsAtCapacity(shape));
  for (const [i, { entropy, tokens }] of silent.entries()) sums.set([entropy * tokens, tokens], 2 * i);
  return sums;
}
