import type { Device } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import type { KernelSource, KernelVariant } from "./link.ts";
import { own } from "./ownership.ts";
import { createStats } from "./stats.ts";
import { type TrialLaunch, tensorsOf } from "./trial.ts";
import { storagesOf } from "./trial_memory.ts";
import type { Tuning } from "./tuning.ts";

/** A buffer that a measuring device was asked for and that has not been destroyed. */
export interface Allocation {
  readonly label: string;
  readonly bytes: number;
}

/** A device that computes nothing. Whatever is built on it tells how many bytes it takes on the device that it stands for. */
export interface MeasuringDevice extends Device {
  readonly allocations: ReadonlySet<Allocation>;
}

/**
 * Makes a device that has the traits and limits of another and creates no buffer. What builds plans for one builds them for the other,
 * so that sizes are not computed twice.
 */
export function createMeasuringDevice(device: Device): MeasuringDevice {
  const allocations = new Set<Allocation>();
  const stats = createStats();
  const kernel = async (source: KernelSource, variant?: KernelVariant): Promise<Kernel> => {
    const text = await device.kernelText(source, variant);
    return { ...text, pipeline: nothing(), bindGroupLayout: nothing(), parameterLayout: undefined };
  };
  const measuring: MeasuringDevice = {
    ...device,
    identity: {},
    allocations,
    measuring: true,
    gpu: pretend<GPUDevice>({ createBuffer: (descriptor: GPUBufferDescriptor) => pretendBuffer(allocations, descriptor) }),
    stats,
    debug: 0,
    requireMappings: () => undefined,
    observer: undefined,
    afterSubmit: new Set(),
    slicing: { dispatches: Number.POSITIVE_INFINITY, limitOf: () => Number.POSITIVE_INFINITY, measured: () => undefined },
    stamps: { bytes: device.stamps.bytes, mark: () => undefined, commit: () => undefined, copyTo: () => () => undefined },
    flight: { submitted: async () => 0, wait: (_, promise) => promise },
    kernel: async (source, variant) => own(measuring, await kernel(source, variant)),
    tuning: guessing(device.tuning, (bytes) => {
      stats.bytesPeak = Math.max(stats.bytesPeak, stats.bytesAllocated + bytes);
    }),
    assertHealthy: () => undefined,
    fail: () => undefined,
    destroy: () => allocations.clear(),
  };
  return measuring;
}

function pretendBuffer(allocations: Set<Allocation>, { label = "", size }: GPUBufferDescriptor): GPUBuffer {
  const allocation = { label, bytes: size };
  allocations.add(allocation);
  return pretend<GPUBuffer>({ label, size, destroy: () => void allocations.delete(allocation) });
}

/** An object of WebGPU that has some members. Every other member can be called, and gives nothing. */
function pretend<Thing extends object>(members: Partial<Record<keyof Thing, unknown>>): Thing {
  return new Proxy(members, {
    get: (known, key) => (Reflect.has(known, key) ? Reflect.get(known, key) : nothing()),
  }) as Thing;
}

/** Stands for any object or function of WebGPU whose results nobody reads. */
function nothing<Thing>(): Thing {
  return NOTHING as Thing;
}

const NOTHING: unknown = new Proxy(() => undefined, {
  // An object with a member `then` would be awaited.
  get: (_, key) => (key === "then" ? undefined : NOTHING),
  apply: () => NOTHING,
});

/** Answers what the real tuning knows, else with the best guess. `take` is told how many bytes the trials would take. */
function guessing(real: Tuning, take: (bytes: number) => void): Tuning {
  const guesses = new Map<string, string | undefined>();
  return {
    measures: real.measures,
    settle: async (requests) => {
      for (const { key, candidates, contest } of requests) {
        if (real.choice(key) === undefined && !guesses.has(key)) {
          for (const { check } of candidates) take(bytesOf(check?.().launches ?? []));
          if (real.measures && candidates.length > 1 && contest) {
            take(bytesOf(Object.values(contest().entrants).flatMap(({ launches }) => launches)));
          }
        }
        guesses.set(key, candidates[0]?.name);
      }
    },
    choice: (key) => real.choice(key) ?? guesses.get(key),
    choices: () => real.choices(),
  };
}

function bytesOf(launches: readonly TrialLaunch[]): number {
  return storagesOf(tensorsOf(launches)).reduce((sum, { bytes }) => sum + bytes, 0);
}
