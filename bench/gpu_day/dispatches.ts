import { buildModel } from "../../models/index.ts";
import type { Device } from "../../src/gpu/device.ts";
import { createMeasuringDevice, type MeasuringDevice } from "../../src/gpu/measuring.ts";
import { placeModule } from "../../src/nn/place.ts";
import { createAdamW } from "../../src/optim/adamw.ts";
import { createSampler } from "../../src/policy/sampler.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import type { Shape } from "./shapes.ts";

/** What a shape takes on a device: each dispatch costs a GPU some microseconds, however little it computes. */
export interface Cost {
  /** Dispatches of a training step, and the bytes of its plan: activations, their gradients and scratch memory. */
  readonly step: number;
  readonly stepBytes: number;
  /** Dispatches of a decoded token. */
  readonly token: number;
}

/** Sequences that are decoded together. */
const SEQUENCES = 64;

/** Plans a training step and a decoded token of a shape. Nothing is allocated, compiled or computed. */
export async function costOf(device: Device, { config, length, batch, context }: Shape): Promise<Cost> {
  const { measuring, kernels } = counting(device);
  const model = buildModel(config);
  const placed = placeModule(measuring, model);
  const optimizer = createAdamW(placed, { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 });
  const before = { bytes: bytesOf(measuring), kernels: kernels.length };
  await createSupervisedUpdate({ device: measuring, model, optimizer, rows: batch * length });
  const [step, stepBytes] = [kernels.length - before.kernels, bytesOf(measuring) - before.bytes];
  const sampling = { temperature: 1, topK: 0, topP: 1 };
  const newTokens = 16;
  const lengths = { maxLength: context, maxNewTokens: newTokens, promptRows: context };
  const begin = kernels.length;
  await createSampler({ device: measuring, model, sequences: SEQUENCES, ...lengths, sampling, stopTokens: [] });
  // The sampler plans the pass over prompts, and then that of a decoded token, each of which ends with the next token.
  const ends = kernels.flatMap((kernel, i) => (i >= begin && kernel.startsWith("sample/") ? [i] : []));
  return { step, stepBytes, token: kernels.length - 1 - ends[0]! };
}

/** A device that allocates nothing, and the kernel of each dispatch that is planned on it, in order. */
function counting(device: Device): { readonly measuring: MeasuringDevice; readonly kernels: readonly string[] } {
  const measuring = createMeasuringDevice(device);
  const { kernel } = measuring;
  const kernels: string[] = [];
  const counted: Device["kernel"] = (source, variant) => {
    kernels.push(typeof source === "string" ? source : source.name);
    return kernel(source, variant);
  };
  return { measuring: Object.assign(measuring, { kernel: counted }), kernels };
}

function bytesOf({ allocations }: MeasuringDevice): number {
  return [...allocations].reduce((sum, { bytes }) => sum + bytes, 0);
}
