import type { Flight } from "./flight.ts";
import type { Kernel } from "./kernel.ts";
import type { KernelSource, KernelVariant } from "./link.ts";
import type { RequireMappings } from "./mappings.ts";
import type { Slicing } from "./slicing.ts";
import type { Stamps } from "./stamps.ts";
import type { DeviceStats } from "./stats.ts";
import type { AskedSizes } from "./subgroups.ts";

/** Part of a GPU buffer; `offset` and `size` are in bytes. */
export interface BufferWindow {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** The numbers that are given to one run of a plan, by name. */
export type Run = Readonly<Record<string, number>>;

/** The tensor that a window holds in one run. It is smaller than the window where a dynamic size is below its capacity. */
export interface WindowContents {
  readonly dtype: "f32" | "u32" | "i32" | "f16" | "bf16";
  readonly shape: readonly number[];
  /** Whether the launch leaves some elements as they were, which may be anything. */
  readonly isPartial?: boolean;
}

/** One dispatch, complete except for the numbers of a run. */
export interface Launch {
  readonly label: string;
  /** The part of the model that traced the dispatch, such as "layers.3"; empty outside any part. */
  readonly scope?: string;
  readonly kernel: Kernel;
  readonly windows: readonly BufferWindow[];
  /** The numbers of a run that parameters, workgroups and operations depend on; empty where they are the same in every run. */
  readonly reads: readonly string[];
  parameters(run: Run): readonly number[];
  /** One number (a linear grid, folded where it is too long) or three. */
  workgroups(run: Run): readonly number[];
  /** Floating-point operations of a run, where they are known. They decide where a submission is cut, and nothing else. */
  operations?(run: Run): number;
  /** Absent where the contents are unknown; profiles and the search for NaN then leave the windows out. */
  contents?(binding: number, run: Run): WindowContents;
}

/** Where dispatches are encoded. */
export interface Recording {
  /** Returns the pass that the next dispatch goes to. `operations` says how much work it is. */
  begin(launch: Launch, run: Run, operations: number): GPUComputePassEncoder;
  /** The dispatch was encoded. */
  end(): void;
}

/** What `submitPass` was asked to do. */
export interface Submission {
  readonly label: string;
  readonly encode: (recording: Recording) => void;
  readonly copies: ((encoder: GPUCommandEncoder) => void) | undefined;
}

/** Stands between the engine and the queue while it is `device.observer`. Profiles and the search for NaN are observers. */
export interface Observer extends Recording {
  /** Takes the place of submitting: encodes into itself, which calls `begin` and `end` around every dispatch, and submits. */
  submit(submission: Submission): void;
  /** Does other work on the queue in its turn; only in observers whose submissions wait for one another. */
  readonly defer?: (work: () => void) => void;
  /** Resolves when everything submitted before has reached the queue. */
  settled(): Promise<void>;
}

/** What buffers, launches and trials need of a device. */
export interface GpuContext {
  readonly gpu: GPUDevice;
  /** Stands for the device wherever it must be told from others (ownership.ts). */
  readonly identity: object;
  readonly name: string;
  /** Whether the adapter runs on the CPU (lavapipe, SwiftShader, WARP). Ops choose other kernels for those. */
  readonly software: boolean;
  /** Whether a software adapter reads for all lanes by one instruction. The others read lane by lane, which takes twice as long and longer. */
  readonly gathers: boolean;
  readonly info: GPUAdapterInfo;
  /** WGSL texts by id, the path below shaders/ without its extension. */
  readonly shaders: Readonly<Record<string, string>>;
  /** Invocations that share a row, in kernels that work row by row. With `subgroups` they are exactly one subgroup. */
  readonly lanes: number;
  readonly subgroups: boolean;
  /** Sizes of subgroups that kernels ask for, where the adapter has several. */
  readonly askedSizes: AskedSizes;
  readonly immediates: boolean;
  readonly debug: number;
  /** True where nothing is computed and only the sizes of buffers count (gpu/measuring). Contents given to such a device are dropped. */
  readonly measuring?: boolean;
  readonly limits: GPUSupportedLimits;
  /** The bytes that the GPU can have at most, where they are known: a software GPU has those of the machine. */
  readonly memory?: number | undefined;
  /** The bytes that JavaScript may take in this process, where they are known. */
  readonly heap?: number | undefined;
  readonly stats: DeviceStats;
  /** Watches every dispatch while it is set; undefined costs nothing. */
  observer: Observer | undefined;
  /** Checks that what is to be made leaves the process mappings enough; see gpu/mappings. */
  readonly requireMappings: RequireMappings;
  /** Called at the end of every submission, behind its last slice. */
  readonly afterSubmit: Set<() => void>;
  /** Where submissions are cut into slices. */
  readonly slicing: Slicing;
  /** Proof that what was submitted ran. */
  readonly stamps: Stamps;
  /** What was submitted and is not done. Every wait for the GPU goes through it. */
  readonly flight: Flight;
  /** Compiles a kernel, or returns the one compiled before. */
  kernel(source: KernelSource, variant?: KernelVariant): Promise<Kernel>;
  /** Throws when the device is lost or an earlier submission was invalid. */
  assertHealthy(): void;
}
