import { traceControl } from "../control/define.ts";
import { resumedState, type SavedControl, savedControl } from "../control/saved.ts";
import { type ControlState, type Measured, measuredFloats, packState, readState } from "../control/state.ts";
import { createReader, type HostArray, uploadBuffer } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { createExclusive } from "../gpu/exclusive.ts";
import { submitPass } from "../gpu/launch.ts";
import { build, type Own } from "../gpu/parts.ts";
import { buildPlan, type Plan } from "../graph/plan.ts";
import { type RunScalars, runScalar } from "../graph/scalar.ts";
import { BATCH_METRICS, type BatchMetrics, OPTIMIZER_STATE } from "../ops/records.ts";
import { type ActivationStorage, rewriteActivations } from "./activations.ts";
import { createArena, windowsOf } from "./arena.ts";
import { type TracedUpdate, tracePolicyStep } from "./policy_step.ts";

/** What an update is planned for. */
export interface PolicyUpdateOptions extends Omit<TracedUpdate, "control" | "metrics" | "count"> {
  readonly device: Device;
  readonly activations?: ActivationStorage;
}

/** Named numbers of one optimiser step, as the GPU computed them. */
export interface UpdateResult extends ControlState {
  readonly loss: number;
  /** Mean entropy of the response tokens before the update, in nats. */
  readonly entropy: number;
  /** The entropy of each loop's tokens before the update, for the next update of the same rollout. */
  readonly measured: Measured;
  /** One record for each micro-batch. */
  readonly metrics: readonly BatchMetrics[];
  readonly gradNorm: number;
  /** How many tokens the loss selected in all micro-batches; 0 for a loss that selects none. */
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

/** The optimiser step of the policy: one submission, or with several micro-batches one for each, one before them and one after. */
export interface PolicyUpdate {
  /**
   * Submits one step; the promise resolves when its few scalars have been read back. With several micro-batches `sampled` sets alpha.
   * `draw` numbers the step among those of a run, for a loss that selects tokens at random.
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
  return build((own) => buildPolicyUpdate(options, own));
}

async function buildPolicyUpdate(options: PolicyUpdateOptions, own: Own): Promise<Omit<PolicyUpdate, "destroy">> {
  const { device, controller, optimizer } = options;
  const arena = own(createArena(device));
  const initial = Float32Array.from(packState(controller.initial()));
  const control = arena.make("control", [initial.length], "f32");
  const metrics = arena.make("metrics", [BATCH_METRICS.size], "f32");
  const count = arena.make("selected_count", [1], "f32");
  arena.write(control, initial);
  const traced = { ...options, control, metrics, count };
  const exact = own(await buildExactPlan(traced));
  let parts: AccumulatingPlans | undefined;
  const windows = windowsOf({ control, metrics, optimizer: optimizer.state, selected: count });
  const reader = own(createReader(device, windows));

  const submit = (plan: Plan, batch: UpdateBatch | undefined, scalars: RunScalars): Promise<ReadBack> => {
    if (batch) plan.upload(batch.inputs);
    submitPass(device, plan.label, (recording) => plan.encode(recording, scalars), reader.encode);
    return reader.read();
  };
  const stepInParts = async (
    batches: readonly UpdateBatch[],
    learningRate: number,
    sampled: Measured,
    draw: number,
  ): Promise<UpdateResult> => {
    parts ??= await buildAccumulatingPlans(traced, own);
    for (const [index, value] of measuredFloats(sampled)) {
      uploadBuffer(device, { ...windows.control, offset: index * 4, size: 4 }, Float32Array.of(value));
    }
    await submit(parts.control, undefined, {});
    const read: ReadBack[] = [];
    for (const [i, batch] of batches.entries()) {
      read.push(await submit(parts.micro, batch, { ...sizes(batch), accumulate: i === 0 ? 0 : 1, draw, micro_batch: i }));
    }
    return finished(read, await submit(parts.optimize, undefined, { learning_rate: learningRate }));
  };
  const finished = (read: readonly ReadBack[], last: ReadBack): UpdateResult => {
    optimizer.heartbeat.beat(new Float32Array(last.optimizer));
    return toResult(read, last);
  };
  const alone = createExclusive("the policy update");
  return {
    step: (batches, learningRate, sampled, draw = 0) =>
      alone(async () => {
        const [batch, ...others] = batches as [UpdateBatch, ...UpdateBatch[]];
        if (others.length > 0) return stepInParts(batches, learningRate, sampled, draw);
        const read = await submit(exact, batch, { ...sizes(batch), learning_rate: learningRate, draw, micro_batch: 0 });
        return finished([read], read);
      }),
    readControl: async () => savedControl(controller, readState(new Float32Array(await arena.read(control, initial.length)))),
    writeControl: (saved) => arena.write(control, Float32Array.from(packState(resumedState(controller, saved)))),
    describe: () => exact.describe(),
  };
}

/** What is read back after every submission. */
type ReadBack = Readonly<Record<"control" | "metrics" | "optimizer" | "selected", ArrayBuffer>>;

type Planned = TracedUpdate & Pick<PolicyUpdateOptions, "device" | "activations">;

/** The whole step in one plan: the entropy of this very batch sets alpha. */
function buildExactPlan(traced: Planned): Promise<Plan> {
  return buildStepPlan(traced, "policy update", () => {
    tracePolicyStep(traced, true);
    traced.optimizer.step(runScalar("learning_rate"));
  });
}

/** A step of several micro-batches: alpha is set once, before them. */
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

function buildStepPlan({ device, activations }: Planned, label: string, trace: () => void): Promise<Plan> {
  return buildPlan(device, label, () => {
    trace();
    return { rewrite: rewriteActivations(activations) };
  });
}

function sizes(batch: UpdateBatch): RunScalars {
  return { rows: batch.rows, sequences: batch.sequences };
}

function toResult(read: readonly ReadBack[], last: ReadBack): UpdateResult {
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

/** The mean of a metric over the tokens of all micro-batches, each of which reports a mean of its own. */
export function tokenMean(metrics: readonly BatchMetrics[], field: keyof BatchMetrics): number {
  const tokens = metrics.reduce((sum, { token_count }) => sum + token_count, 0);
  return metrics.reduce((sum, record) => sum + record[field] * record.token_count, 0) / Math.max(1, tokens);
}
