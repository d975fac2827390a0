import { buildModel } from "../models/index.ts";
import type { Device } from "../src/gpu/device.ts";
import type { KernelSource, KernelVariant } from "../src/gpu/link.ts";
import { createMeasuringDevice, type MeasuringDevice } from "../src/gpu/measuring.ts";
import { placeModule } from "../src/nn/place.ts";
import { createAdamW } from "../src/optim/adamw.ts";
import { createSampler, type SamplingOptions } from "../src/policy/sampler.ts";
import { createSupervisedUpdate } from "../src/policy/supervised.ts";
import type { Shape } from "./gpu_day/shapes.ts";

/** A dispatch of a plan. */
export interface PlannedKernel {
  readonly source: KernelSource;
  readonly variant: KernelVariant | undefined;
}

/** What a shape's training step, pass over prompts and decoded token dispatch, in order. */
export interface PlannedKernels {
  readonly step: readonly PlannedKernel[];
  /** The bytes of a step's plan: activations, their gradients and scratch memory. */
  readonly stepBytes: number;
  readonly prompts: readonly PlannedKernel[];
  readonly token: readonly PlannedKernel[];
}

/** Sequences that are decoded together. */
const SEQUENCES = 64;

export function kernelName({ source }: PlannedKernel): string {
  return typeof source === "string" ? source : source.name;
}

/** Plans a training step and the sampling of a shape. Nothing is allocated, compiled or computed. */
export async function planKernels(
  device: Device,
  { config, length, batch, context }: Shape,
  sampling: SamplingOptions = { temperature: 1, topK: 0, topP: 1 },
): Promise<PlannedKernels> {
  const { measuring, kernels } = recording(device);
  const model = buildModel(config);
  const placed = placeModule(measuring, model);
  const optimizer = createAdamW(placed, { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 });
  const before = { bytes: bytesOf(measuring), kernels: kernels.length };
  await createSupervisedUpdate({ device: measuring, model, optimizer, rows: batch * length });
  const [begin, stepBytes] = [kernels.length, bytesOf(measuring) - before.bytes];
  const lengths = { maxLength: context, maxNewTokens: 16, promptRows: context };
  await createSampler({ device: measuring, model, sequences: SEQUENCES, ...lengths, sampling, stopTokens: [] });
  // The sampler plans the pass over prompts, and then that of a decoded token, each of which ends with the next token.
  const end = 1 + kernels.findIndex((kernel, i) => i >= begin && kernelName(kernel).startsWith("sample/"));
  return { step: kernels.slice(before.kernels, begin), stepBytes, prompts: kernels.slice(begin, end), token: kernels.slice(end) };
}

/** A device that allocates nothing, and the kernel of each dispatch that is planned on it. */
function recording(device: Device): { readonly measuring: MeasuringDevice; readonly kernels: readonly PlannedKernel[] } {
  const measuring = createMeasuringDevice(device);
  const { kernel } = measuring;
  const kernels: PlannedKernel[] = [];
  const recorded: Device["kernel"] = (source, variant) => {
    kernels.push({ source, variant });
    return kernel(source, variant);
  };
  return { measuring: Object.assign(measuring, { kernel: recorded }), kernels };
}

function bytesOf({ allocations }: MeasuringDevice): number {
  return [...allocations].reduce((sum, { bytes }) => sum + bytes, 0);
}
