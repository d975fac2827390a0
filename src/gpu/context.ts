import type { Kernel, KernelSource, KernelVariant } from "./kernel.ts";
import type { DeviceStats } from "./stats.ts";

/** Part of a GPU buffer; `offset` and `size` in bytes. */
export interface BufferWindow {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** The numbers of one run, by name. */
export type Run = Readonly<Record<string, number>>;

/** What a window holds in a run: no more than the window does, and less where a size is dynamic. */
export interface WindowContents {
  readonly dtype: "f32" | "u32" | "i32";
  readonly shape: readonly number[];
}

/** One dispatch, ready but for the numbers of a run. */
export interface Launch {
  readonly label: string;
  /** The part of the model it was traced in: "layers.3"; empty outside. */
  readonly scope?: string;
  readonly kernel: Kernel;
  readonly windows: readonly BufferWindow[];
  /** Parameters and workgroups are the same in every run. */
  readonly isStatic: boolean;
  parameters(run: Run): readonly number[];
  /** One number (a linear grid, folded where it is too long) or three. */
  workgroups(run: Run): readonly number[];
  /** Absent where nobody knows; profiles and the search for NaN then leave the window out. */
  contents?(binding: number, run: Run): WindowContents;
}

/** What `submitPass` was asked to do. */
export interface Submission {
  readonly label: string;
  readonly encode: (pass: GPUComputePassEncoder) => void;
  readonly copies: ((encoder: GPUCommandEncoder) => void) | undefined;
}

/** Stands between the engine and the queue while `device.observer` is set: profiling, and the search for NaN. */
export interface Observer {
  /** In place of submitting: encodes, with `begin` and `end` called around every dispatch, and submits. */
  submit(submission: Submission): void;
  /** The pass that the next dispatch goes to. */
  begin(launch: Launch, run: Run): GPUComputePassEncoder;
  end(): void;
  /** Does work on the queue in its turn, where submissions wait for one another; absent where they do not. */
  readonly defer?: (work: () => void) => void;
  /** Resolves when everything before it has reached the queue. */
  settled(): Promise<void>;
}

/** What buffers, launches and trials need of a device. */
export interface GpuContext {
  readonly gpu: GPUDevice;
  readonly name: string;
  /** Runs on the CPU: lavapipe, SwiftShader, WARP. Chooses kernel families. */
  readonly software: boolean;
  readonly info: GPUAdapterInfo;
  /** WGSL by id, as the device was given it. */
  readonly shaders: Readonly<Record<string, string>>;
  /** Invocations in a row kernel's workgroup. With `subgroups` this is exactly one subgroup. */
  readonly lanes: number;
  readonly subgroups: boolean;
  readonly immediates: boolean;
  readonly debug: number;
  readonly limits: GPUSupportedLimits;
  readonly stats: DeviceStats;
  /** Watches every dispatch while it is set; undefined costs nothing. */
  observer: Observer | undefined;
  /** Called at the end of every submission. */
  readonly afterSubmit: Set<() => void>;
  /** Compiles a kernel, or returns the one compiled before. */
  kernel(source: KernelSource, variant?: KernelVariant): Promise<Kernel>;
  /** Throws when the device is lost or an earlier submission was invalid. */
  assertHealthy(): void;
}
