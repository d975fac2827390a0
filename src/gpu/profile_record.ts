import type { Launch, Observer, Run } from "./context.ts";

/** One dispatch as it ran. Times are milliseconds of `performance.now`. */
export interface ProfiledDispatch {
  readonly kernel: string;
  readonly label: string;
  /** The part of the model: "layers.3"; empty outside. */
  readonly scope: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** What the bound windows hold, each counted once. */
  readonly bytes: number;
  start: number;
  duration: number;
}

/** One submission: when the host encoded it, when its work was known to be done, and its dispatches where they were timed. */
export interface ProfiledSubmission {
  readonly label: string;
  readonly encodeStart: number;
  readonly encodeEnd: number;
  readonly done: number;
  readonly dispatchCount: number;
  readonly dispatches: readonly ProfiledDispatch[];
}

/** An observer that writes down what it sees. */
export interface Timer {
  readonly observer: Observer;
  /** Everything since the last call, when the GPU is done with it. */
  take(): Promise<ProfiledSubmission[]>;
  destroy(): void;
}

/** Bytes of a window that mean something in a run; 0 where nobody knows. */
export function liveBytes(launch: Launch, binding: number, run: Run): number {
  const elements = launch.contents?.(binding, run).shape.reduce((a, b) => a * b, 1) ?? 0;
  return Math.min(launch.windows[binding]!.size, elements * 4);
}

/** What is known of a dispatch before it runs. */
export function describeDispatch(launch: Launch, run: Run): ProfiledDispatch {
  const { kernel, label, scope = "" } = launch;
  const values = launch.parameters(run);
  const parameters = Object.fromEntries(kernel.parameters.map(({ name }, i) => [name, values[i]!]));
  return { kernel: kernel.id, label, scope, parameters, bytes: bytesBound(launch, run), start: 0, duration: 0 };
}

function bytesBound(launch: Launch, run: Run): number {
  const { windows } = launch;
  const sizes = windows.map((_, binding) => liveBytes(launch, binding, run));
  const isFirst = windows.map(
    ({ buffer, offset }, i) => i === windows.findIndex((each) => each.buffer === buffer && each.offset === offset),
  );
  return sizes.reduce((sum, size, i) => sum + (isFirst[i] ? size : 0), 0);
}

/** What encode is handed where every dispatch begins a pass of its own: a pass that is over. */
export function closedPass(encoder: GPUCommandEncoder): GPUComputePassEncoder {
  const pass = encoder.beginComputePass();
  pass.end();
  return pass;
}
