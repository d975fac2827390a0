import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import { clearWindows } from "../gpu/copies.ts";
import type { Scalar } from "../graph/scalar.ts";
import { externalTensor, type Tensor } from "../graph/tensor.ts";
import type { GradientSink } from "../graph/trace.ts";
import { loadFlatBuffers, readParameters } from "../nn/load_parameters.ts";
import { createFlatBuffers, type FlatBuffers, type PlacedModule, parameterShards } from "../nn/place.ts";
import { storedFlatBuffers } from "../nn/stored_parameters.ts";
import { type AdamWShard, type AdamWStepOptions, adamwStep } from "../ops/adamw.ts";
import { adamwCheck } from "../ops/adamw_check.ts";
import { gradientNorm } from "../ops/gradient_norm.ts";
import { OPTIMIZER_STATE } from "../ops/records.ts";
import type { StoredTensor, TensorSource } from "../stored_tensor.ts";
import { createHeartbeat, type Heartbeat } from "./heartbeat.ts";

/** The options of AdamW that are the same in every step. */
export interface AdamWOptions {
  readonly betas: readonly [number, number];
  readonly eps: number;
  /** Decoupled weight decay (Loshchilov & Hutter 2019, arXiv 1711.05101); only tensors with two or more dimensions decay. */
  readonly weightDecay: number;
  /** Gradients are scaled by min(1, maxGradNorm / (norm + 1e-6)); null: no clipping. */
  readonly maxGradNorm: number | null;
}

/** The usual values for language models; eps is PyTorch's default. */
export const ADAMW_DEFAULTS = { betas: [0.9, 0.95], eps: 1e-8 } as const;

type NamedArrays = Map<string, { shape: number[]; data: Float32Array }>;

/** AdamW over the flat buffers of a placed module, entirely on the GPU; a step whose gradients, or results, are not finite is skipped there. */
export interface AdamW {
  readonly gradients: FlatBuffers;
  /** [8]: the record OPTIMIZER_STATE. */
  readonly state: Tensor;
  /** Checks every state that is read back behind a step. */
  readonly heartbeat: Heartbeat;
  /** Where each parameter's gradient goes. */
  sinks(accumulate: Scalar): Map<Tensor, GradientSink>;
  /** Traces the gradient norm, clipping, the look ahead, the update, and the copying into 16-bit weights where there are any. */
  step(learningRate: Scalar): void;
  save(): Promise<{ readonly moments: NamedArrays; readonly state: readonly number[] }>;
  /** What `save` gives, with moments that are read back from the GPU when they are asked for. */
  store(): Promise<{ readonly moments: TensorSource; readonly state: readonly number[] }>;
  load(saved: {
    readonly moments: ReadonlyMap<string, { shape: readonly number[]; data: ArrayLike<number> }>;
    readonly state: readonly number[];
  }): void;
  /** Begins anew: without moments, and with the count of skipped steps alone. */
  restart(): Promise<void>;
  destroy(): void;
}

/** Makes AdamW for the parameters of a placed module: buffers for gradients and moments, and the step over them. */
export function createAdamW(placed: PlacedModule, options: AdamWOptions): AdamW {
  const { device } = placed;
  const gradients = createFlatBuffers(placed, "gradients");
  const first = createFlatBuffers(placed, "first moments");
  const second = createFlatBuffers(placed, "second moments");
  const buffer = createBuffer(device, "optimizer state", OPTIMIZER_STATE.size * 4);
  const window = { buffer, offset: 0, size: OPTIMIZER_STATE.size * 4 };
  const state = externalTensor("optimizer_state", window, [OPTIMIZER_STATE.size]);
  const parameters = parameterShards(placed);
  const heartbeat = createHeartbeat(device);
  const readState = async (): Promise<number[]> => {
    const [bytes] = await readBuffers(device, [window]);
    // The norm of a skipped step is NaN, which JSON cannot hold; every step computes it anew.
    const { norm, ...others } = OPTIMIZER_STATE.read(new Float32Array(bytes!));
    return OPTIMIZER_STATE.pack({ ...others, norm: Number.isFinite(norm) ? norm : 0 });
  };
  return {
    gradients,
    state,
    heartbeat,
    sinks: (accumulate) => new Map([...gradients.of].map(([parameter, onto]) => [parameter, { onto, accumulate }])),
    step: (learningRate) => {
      gradientNorm(gradients.shards, state, { maxGradNorm: options.maxGradNorm, betas: options.betas });
      const shards = placed.shards.map(({ decayEnd }, i): [AdamWShard, AdamWStepOptions] => [
        { parameters: parameters[i]!, gradients: gradients.shards[i]!, first: first.shards[i]!, second: second.shards[i]!, state },
        { learningRate, betas: options.betas, eps: options.eps, weightDecay: options.weightDecay, decayEnd },
      ]);
      adamwCheck(shards);
      for (const [shard, rates] of shards) adamwStep(shard, rates);
      placed.halves?.trace();
    },
    save: async () => {
      const moments: NamedArrays = new Map();
      for (const [name, array] of await readParameters(placed, first)) moments.set(`first.${name}`, array);
      for (const [name, array] of await readParameters(placed, second)) moments.set(`second.${name}`, array);
      return { moments, state: await readState() };
    },
    store: async () => {
      const named = (flat: FlatBuffers, moment: string): [string, StoredTensor][] =>
        [...storedFlatBuffers(placed, flat)].map(([name, tensor]) => [`${moment}.${name}`, tensor]);
      return { moments: new Map([...named(first, "first"), ...named(second, "second")]), state: await readState() };
    },
    load: (saved) => {
      loadFlatBuffers(placed, first, withPrefix(saved.moments, "first."));
      loadFlatBuffers(placed, second, withPrefix(saved.moments, "second."));
      const record = Float32Array.from(saved.state);
      uploadBuffer(device, window, record);
      heartbeat.restart(record);
    },
    restart: async () => {
      const { skipped } = OPTIMIZER_STATE.read(await readState());
      const windows = [first, second].flatMap(({ shards }) => shards.map((shard) => shard.storage.window!));
      await clearWindows(device, "restart of AdamW", windows);
      const record = Float32Array.from(OPTIMIZER_STATE.pack({ skipped }));
      uploadBuffer(device, window, record);
      heartbeat.restart(record);
    },
    destroy: () => {
      for (const flat of [gradients, first, second]) flat.destroy();
      destroyBuffer(device, buffer);
    },
  };
}

function withPrefix<Value>(map: ReadonlyMap<string, Value>, prefix: string): Map<string, Value> {
  return new Map([...map].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]));
}
