import { createBuffers, destroyBuffer } from "../src/gpu/buffer.ts";
import type { Device } from "../src/gpu/device.ts";
import { createLaunchList, type LaunchList } from "../src/gpu/launch.ts";
import { type Attempt, FILL, FILL_WORKGROUPS, fmaAttempts, memoryAttempts } from "./ceiling_kernels.ts";
import type { Clock } from "./clock.ts";

/** The best rates measured on an adapter: of fma (multiply and add) on registers, and of memory, reads and writes both counted. */
export interface Ceilings {
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
}

/** Bytes of each of the two buffers, of which the first that fit are taken. Those of a GPU are more than its caches hold. */
const BUFFER_BYTES = { software: [32 * 2 ** 20], hardware: [512, 256, 128, 32].map((size) => size * 2 ** 20) } as const;

/** An idle GPU has low clocks, so fma is run for so many milliseconds first, and each attempt for as many as it is worth. */
const TIMES = { software: { warmUp: 0, attempt: 0 }, hardware: { warmUp: 300, attempt: 100 } } as const;
const LEAST_RUNS = 11;
const MOST_RUNS = 2000;

/** A dispatch of fma grows until it takes so many milliseconds: a GPU whose dispatch takes two seconds is reset by some systems. */
const ENOUGH_MILLISECONDS = 5;
const FIRST_WORKGROUPS = 16;
const GROWTH = 4;

/** The best of several attempts, each on an idle queue. Software adapters are timed by processor time. Takes a second or two. */
export async function measureCeilings(device: Device, clock: Clock): Promise<Ceilings> {
  const kind = device.software ? "software" : "hardware";
  const bench = await openBench(device, clock, BUFFER_BYTES[kind]);
  try {
    const { warmUp, attempt: milliseconds } = TIMES[kind];
    if (!device.software) {
      await bench.fill();
      const [first] = fmaAttempts(device);
      await bestRate(bench, [first!], warmUp);
    }
    return {
      gflops: await bestRate(bench, fmaAttempts(device), milliseconds),
      gigabytesPerSecond: await bestRate(bench, memoryAttempts(device, bench.bytes), milliseconds),
    };
  } finally {
    bench.destroy();
  }
}

interface Bench {
  /** Bytes of each of the buffers x and y. */
  readonly bytes: number;
  readonly software: boolean;
  prepare(attempt: Pick<Attempt, "wgsl" | "bytes">): Promise<LaunchList>;
  /** The milliseconds of one dispatch of so many workgroups. */
  time(list: LaunchList, workgroups: number): Promise<number>;
  fill(): Promise<void>;
  destroy(): void;
}

/** @throws Error where the adapter has no memory for the smallest of the sizes */
async function openBench(device: Device, clock: Clock, sizes: readonly number[]): Promise<Bench> {
  const { bytes, buffers } = await allocate(device, sizes);
  const list = async ({ wgsl, bytes: size }: Pick<Attempt, "wgsl" | "bytes">, chosen = buffers): Promise<LaunchList> => {
    const kernel = await device.kernel({ name: "ceiling", wgsl, staysInBounds: true });
    const windows = kernel.bindings.map(({ name }) => ({ buffer: chosen[name === "x" ? 0 : 1]!, offset: 0, size }));
    const workgroups = (run: Readonly<Record<string, number>>): readonly number[] => [run.workgroups!];
    return createLaunchList(device, "ceiling", [
      { label: "ceiling", kernel, windows, reads: ["workgroups"], parameters: () => [], workgroups },
    ]);
  };
  return {
    bytes,
    software: device.software,
    prepare: (attempt) => list(attempt),
    time: async (prepared, workgroups) => {
      const { milliseconds, processorMilliseconds } = await clock.time("ceiling", (recording) =>
        prepared.encode(recording, { workgroups }),
      );
      return device.software ? processorMilliseconds : milliseconds;
    },
    fill: async () => {
      for (const buffer of buffers) {
        const filling = await list({ wgsl: FILL, bytes }, [buffer, buffer]);
        filling.submit({ workgroups: FILL_WORKGROUPS });
        filling.destroy();
      }
    },
    destroy: () => {
      for (const buffer of buffers) destroyBuffer(device, buffer);
    },
  };
}

/** Two buffers of the first size that the device allows and has memory for. */
async function allocate(device: Device, sizes: readonly number[]): Promise<{ readonly bytes: number; readonly buffers: GPUBuffer[] }> {
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  let refusal: GPUError | null = null;
  for (const bytes of sizes.filter((size) => size <= Math.min(maxBufferSize, maxStorageBufferBindingSize))) {
    // What is refused inside an error scope leaves the device usable.
    device.gpu.pushErrorScope("out-of-memory");
    const buffers = createBuffers(device, [
      { label: "ceiling x", bytes },
      { label: "ceiling y", bytes },
    ]);
    refusal = await device.gpu.popErrorScope();
    if (refusal === null) return { bytes, buffers };
    for (const buffer of buffers) destroyBuffer(device, buffer);
  }
  throw new Error(
    `the ceilings of ${device.name} need two buffers of ${sizes.at(-1)} bytes${refusal === null ? "" : `: ${refusal.message}`}`,
  );
}

/** The best rate, in billions per second, of attempts that are repeated for so many milliseconds. */
async function bestRate(bench: Bench, attempts: readonly Attempt[], milliseconds: number): Promise<number> {
  let best = 0;
  for (const attempt of attempts) {
    const list = await bench.prepare(attempt);
    const workgroups = await workgroupsFor(bench, list, attempt);
    let [least, total, runs] = [Number.POSITIVE_INFINITY, 0, 0];
    for (; runs < LEAST_RUNS || (total < milliseconds && runs < MOST_RUNS); runs += 1) {
      const took = await bench.time(list, workgroups);
      total += took;
      // Timestamps that a driver reset tell nothing.
      if (took > 0) least = Math.min(least, took);
    }
    list.destroy();
    best = Math.max(best, (attempt.amount * workgroups) / least / 1e6);
  }
  return best;
}

/** How large a dispatch should be. Its first run, which compiles, is not counted. */
async function workgroupsFor({ software, time }: Bench, list: LaunchList, { workgroups: most, isGrown }: Attempt): Promise<number> {
  let workgroups = software || !isGrown ? most : Math.min(most, FIRST_WORKGROUPS);
  await time(list, workgroups);
  while (workgroups < most && (await time(list, workgroups)) < ENOUGH_MILLISECONDS) workgroups = Math.min(most, GROWTH * workgroups);
  return workgroups;
}
