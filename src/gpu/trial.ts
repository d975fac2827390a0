import { readBuffers } from "./buffer.ts";
import type { GpuContext } from "./context.ts";
import { createLaunchList, type LaunchList, submitPass } from "./launch.ts";
import type { KernelSource, KernelVariant } from "./link.ts";
import { relativeError } from "./relative_error.ts";
import { allocateOrRefuse, type TrialMemory, type TrialTensor } from "./trial_memory.ts";

/** One dispatch of a trial. All its numbers are known. */
export interface TrialLaunch {
  readonly kernel: KernelSource;
  readonly variant?: KernelVariant | undefined;
  readonly bindings: Readonly<Record<string, TrialTensor>>;
  readonly parameters: Readonly<Record<string, number>>;
  readonly workgroups: readonly number[];
  /** Floating-point operations, where they are known. */
  readonly operations?: number | undefined;
}

/** What kernels write in a trial. */
export interface TrialOutput {
  readonly tensor: TrialTensor;
  /** What an element of it must be, from what every tensor held before. */
  readonly expectedAt: (before: (tensor: TrialTensor) => Float32Array) => (index: number) => number;
}

/** Kernels that are run on random numbers, to see whether they are right. */
export interface Trial {
  readonly launches: readonly TrialLaunch[];
  readonly outputs: readonly TrialOutput[];
  /** Allowed max|x - y| / max|y| of each output. */
  readonly tolerance: number;
}

/** Runs a trial's kernels once and returns what is wrong with the outputs; undefined where nothing is. @throws TrialMemoryError */
export async function checkTrial(device: GpuContext, trial: Trial): Promise<string | undefined> {
  const memory = await allocateOrRefuse(device, tensorsOf(trial.launches));
  let list: LaunchList | undefined;
  try {
    list = await trialList(device, trial.launches, memory);
    memory.fill();
    const actual = await trialResults(device, list, memory, trial.outputs);
    const errors = trial.outputs.map(({ expectedAt }, i) => {
      const valueAt = expectedAt(memory.filledWith);
      return relativeError(
        actual[i]!,
        Float64Array.from(actual[i]!, (_, index) => valueAt(index)),
      );
    });
    const error = Math.max(...errors);
    return error <= trial.tolerance ? undefined : `relative error ${error.toPrecision(2)}`;
  } finally {
    list?.destroy();
    memory.destroy();
  }
}

/** The tensors that launches bind, each as often as it is bound. */
export function tensorsOf(launches: readonly TrialLaunch[]): TrialTensor[] {
  return launches.flatMap(({ bindings }) => Object.values(bindings));
}

/** The dispatches of a trial over its memory, compiled. */
export async function trialList(device: GpuContext, launches: readonly TrialLaunch[], memory: TrialMemory): Promise<LaunchList> {
  const kernels = await Promise.all(launches.map((launch) => device.kernel(launch.kernel, launch.variant)));
  return createLaunchList(
    device,
    "trial",
    launches.map(({ bindings, parameters, workgroups, operations }, i) => ({
      label: "trial",
      kernel: kernels[i]!,
      windows: kernels[i]!.bindings.map(({ name }) => memory.windowOf(bindings[name]!)),
      reads: [],
      parameters: () => kernels[i]!.parameters.map(({ name }) => parameters[name]!),
      workgroups: () => workgroups,
      ...(operations === undefined ? {} : { operations: () => operations }),
    })),
  );
}

/** Outputs are read back in pieces, since whoever has little memory left for a trial has little for staging. */
const STAGING_BYTES = 8 << 20;

/** Runs the dispatches once, in slices, and reads the outputs. */
export async function trialResults(
  device: GpuContext,
  list: LaunchList,
  memory: TrialMemory,
  outputs: readonly Pick<TrialOutput, "tensor">[],
): Promise<readonly Float32Array[]> {
  unobserved(device, () => submitPass(device, "trial", (recording) => list.encode(recording, {})));
  const windows = outputs.map(({ tensor }) => memory.windowOf(tensor));
  return (await readBuffers(device, windows, STAGING_BYTES)).map((bytes) => new Float32Array(bytes));
}

/** Submits without the device's observer, because profiles and the search for NaN are about plans, not about trials. */
function unobserved<Result>(device: GpuContext, submit: () => Result): Result {
  const { observer } = device;
  device.observer = undefined;
  try {
    return submit();
  } finally {
    device.observer = observer;
  }
}
