import type { Device } from "../../src/gpu/device.ts";
import { createProfiler } from "../../src/gpu/profile.ts";
import { createAdamW } from "../../src/optim/adamw.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import { type Group, summarizeProfile } from "../../src/report/profile.ts";
import { randomBatch } from "../paths/training_step.ts";
import { type Spread, spreadOf } from "../sampling.ts";
import { place, type Shape } from "./shapes.ts";

/** Where a training step of a shape spends its time. */
export interface TrainingProfile {
  readonly shape: string;
  readonly rows: number;
  readonly parameters: number;
  /** A step from the host's call to its loss on the host. */
  readonly milliseconds: Spread;
  /** The host's part of it: the upload and encoding. */
  readonly encodeMilliseconds: number;
  readonly dispatches: number;
  readonly submissions: number;
  /** The sum of the times of a step's dispatches, each in a compute pass of its own. */
  readonly gpuMilliseconds: number;
  readonly kernels: readonly Pick<Group, "name" | "calls" | "time" | "share" | "gflops" | "gigabytes">[];
}

const LEARNING_RATE = 1e-4;

/** Steps that compile and warm the clocks up, steps that are timed as they are, and steps whose every dispatch is timed. */
const STEPS = { warmUp: 3, plain: 10, profiled: 2 } as const;

/** Times supervised steps of a shape, then profiles some. */
export async function profileTraining(device: Device, shape: Shape): Promise<TrainingProfile> {
  const { model, placed } = place(device, shape);
  const rows = shape.batch * shape.length;
  const optimizer = createAdamW(placed, { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 });
  const update = await createSupervisedUpdate({ device, model, optimizer, rows });
  const batch = randomBatch({ batch: shape.batch, length: shape.length, vocabulary: model.vocabSize });
  const step = async (): Promise<void> => {
    await update.step(batch, LEARNING_RATE);
  };
  for (let i = 0; i < STEPS.warmUp; i += 1) await step();
  const times: number[] = [];
  for (let i = 0; i < STEPS.plain; i += 1) times.push((await timed(step)).milliseconds);
  const summary = await profiled(device, step);
  for (const part of [update, optimizer, placed]) part.destroy();
  return {
    shape: shape.name,
    rows,
    parameters: placed.parameterCount,
    milliseconds: spreadOf(times),
    encodeMilliseconds: summary.plain.encode,
    dispatches: summary.plain.dispatches,
    submissions: summary.plain.submissions,
    gpuMilliseconds: summary.gpu,
    kernels: summary.kernels.map(({ name, calls, time, share, gflops, gigabytes }) => ({ name, calls, time, share, gflops, gigabytes })),
  };
}

async function profiled(device: Device, step: () => Promise<void>): Promise<ReturnType<typeof summarizeProfile>> {
  const profiler = createProfiler(device);
  const record = async (index: number, detail: "submissions" | "dispatches") => {
    profiler.start(detail);
    const { start, end } = await timed(step);
    return { step: index, start, end, submissions: await profiler.stop() };
  };
  const plain = await record(0, "submissions");
  const steps = [];
  for (let i = 1; i <= STEPS.profiled; i += 1) steps.push(await record(i, "dispatches"));
  profiler.destroy();
  return summarizeProfile({ adapter: device.name, clock: profiler.clock, plain, steps });
}

async function timed(run: () => Promise<void>): Promise<{ start: number; end: number; milliseconds: number }> {
  const start = performance.now();
  await run();
  const end = performance.now();
  return { start, end, milliseconds: end - start };
}
