import type { Device } from "../../src/gpu/device.ts";
import { createProfiler } from "../../src/gpu/profile.ts";
import { createAdamW } from "../../src/optim/adamw.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import { type Group, type StepTime, summarizeProfile } from "../../src/report/profile.ts";
import { repeat, type Span, timed } from "../pace.ts";
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
  /** The host's part of it, the upload and encoding: the median of several steps. */
  readonly encodeMilliseconds: number;
  readonly dispatches: number;
  readonly submissions: number;
  /** The sum of the times of a step's dispatches, each in a compute pass of its own. */
  readonly gpuMilliseconds: number;
  readonly kernels: readonly Pick<Group, "name" | "calls" | "time" | "share" | "gflops" | "gigabytes">[];
}

const LEARNING_RATE = 1e-4;

/** Steps that compile and warm the clocks up, steps that are timed as they are, and those whose encoding is timed. An idle GPU has low clocks. */
const SPANS = {
  software: { warmUp: { runs: 3, milliseconds: 0 }, plain: { runs: 10, milliseconds: 0 }, encoded: { runs: 1, milliseconds: 0 } },
  hardware: { warmUp: { runs: 3, milliseconds: 1000 }, plain: { runs: 10, milliseconds: 2000 }, encoded: { runs: 9, milliseconds: 0 } },
} as const;

/** Steps whose every dispatch is timed. */
const PROFILED = 2;

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
  const spans = SPANS[device.software ? "software" : "hardware"];
  await repeat(spans.warmUp, step);
  const times = await repeat(spans.plain, () => timed(step));
  const summary = await profiled(device, step, spans.encoded);
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

async function profiled(device: Device, step: () => Promise<void>, span: Span): Promise<ReturnType<typeof summarizeProfile>> {
  const profiler = createProfiler(device);
  const record = async (index: number, detail: "submissions" | "dispatches"): Promise<StepTime> => {
    profiler.start(detail);
    const start = performance.now();
    await step();
    const end = performance.now();
    return { step: index, start, end, submissions: await profiler.stop() };
  };
  const plain = middleStep(await repeat(span, () => record(0, "submissions")));
  const steps = [];
  for (let i = 1; i <= PROFILED; i += 1) steps.push(await record(i, "dispatches"));
  profiler.destroy();
  return summarizeProfile({ adapter: device.name, clock: profiler.clock, plain, steps });
}

/** The step whose encoding took the median time: a single one may have met a garbage collection. */
export function middleStep(steps: readonly StepTime[]): StepTime {
  const encoding = ({ submissions }: StepTime): number =>
    submissions.reduce((sum, { encodeStart, encodeEnd }) => sum + encodeEnd - encodeStart, 0);
  return [...steps].sort((a, b) => encoding(a) - encoding(b))[steps.length >> 1]!;
}
