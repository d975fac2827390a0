/// <reference types="@webgpu/types" />
import { type SavedControl } from "../control/saved.js";
import { type ControlState, type Measured } from "../control/state.js";
import { type HostArray } from "../gpu/buffer.js";
import type { Device } from "../gpu/device.js";
import { type BatchMetrics } from "../ops/records.js";
import { type ActivationStorage } from "./activations.js";
import { type TracedUpdate } from "./policy_step.js";
/** What an update is planned for. */
export interface PolicyUpdateOptions extends Omit<TracedUpdate, "control" | "metrics" | "count"> {
    readonly device: Device;
    readonly activations?: ActivationStorage;
    /** Whether a step may take several micro-batches, whose plans are built when the first such step comes. */
    readonly mayTakeSeveral?: boolean;
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
    /** Whether this step was skipped because a gradient, or what it would make of a weight or moment, was not finite. */
    readonly wasSkipped: boolean;
    /** Steps skipped so far. */
    readonly skipped: number;
}
/** One micro-batch, packed: sizes and the plan's named inputs. */
export interface UpdateBatch {
    readonly rows: number;
    readonly sequences: number;
    readonly inputs: Readonly<Record<string, HostArray>>;
}
/** The optimiser step of the policy: one submission, or with several micro-batches some for each, one before them and one after. */
export interface PolicyUpdate {
    /**
     * Submits one step; the promise resolves when its few scalars have been read back. However a batch is cut into micro-batches, alpha comes
     * from all its tokens. `sampled` are their entropies as the sampler measured them, of this very policy; where it is left out and there
     * are several micro-batches, a forward pass measures them first. `draw` numbers the step among those of a run, for a loss that selects
     * tokens at random.
     * @throws EngineError for batches without a token to learn from
     */
    step(batches: readonly UpdateBatch[], learningRate: number, sampled?: Measured, draw?: number): Promise<UpdateResult>;
    /** Repeats a step that was skipped, and returns what its first kernel did that wrote a number which is not finite. Nothing changes. */
    explainSkipped(batches: readonly UpdateBatch[], place: string, draw?: number): Promise<string | undefined>;
    readControl(): Promise<SavedControl>;
    /** @throws when the state is of another controller or of other classes */
    writeControl(saved: SavedControl): void;
    describe(): string;
    destroy(): void;
}
/** Plans one optimiser step of policy learning, entropy control included; see docs/method.md. */
export declare function createPolicyUpdate(options: PolicyUpdateOptions): Promise<PolicyUpdate>;
/** The mean of a metric over the tokens of all micro-batches, each of which reports a mean of its own. */
export declare function tokenMean(metrics: readonly BatchMetrics[], field: keyof BatchMetrics): number;
