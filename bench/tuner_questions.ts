import { buildModel } from "../models/index.ts";
import type { Device } from "../src/gpu/device.ts";
import { createMeasuringDevice } from "../src/gpu/measuring.ts";
import type { TuneRequest, Tuning } from "../src/gpu/tuning.ts";
import { placeModule } from "../src/nn/place.ts";
import { createAdamW } from "../src/optim/adamw.ts";
import { createSampler } from "../src/policy/sampler.ts";
import { createSupervisedUpdate } from "../src/policy/supervised.ts";
import type { Shape } from "./gpu_day/shapes.ts";

/** Sequences that are decoded at a time: few rows take other kernels than many. */
const SEQUENCES = [1, 8, 64];

/** What a training step and decoding of a shape ask the tuner. The plans are built on a device that holds nothing. */
export async function questionsOf(device: Device, shape: Shape): Promise<readonly TuneRequest[]> {
  const asked = new Map<string, TuneRequest>();
  const tuning: Tuning = {
    measures: device.tuning.measures,
    settle: async (requests) => {
      for (const request of requests) asked.set(request.key, request);
    },
    choice: () => undefined,
    choices: async () => ({}),
  };
  const asking: Device = { ...createMeasuringDevice(device), tuning };
  const model = buildModel(shape.config);
  const placed = placeModule(asking, model);
  const optimizer = createAdamW(placed, { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 });
  await createSupervisedUpdate({ device: asking, model, optimizer, rows: shape.batch * shape.length });
  for (const sequences of SEQUENCES) {
    const promptLength = shape.context - 1;
    await createSampler({
      device: asking,
      model,
      sequences,
      promptRows: promptLength,
      maxLength: shape.context,
      maxNewTokens: 1,
      sampling: { temperature: 1, topK: 0, topP: 0.9 },
      stopTokens: [],
    });
  }
  return [...asked.values()];
}
