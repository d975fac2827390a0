import type { GpuContext, Recording } from "./context.ts";
import { submitEncoder } from "./launch.ts";

export type ClockName = "gpu timestamps" | "host";

/** Times dispatches that share one pass. */
export interface PassClock {
  readonly name: ClockName;
  /** Submits the pass, waits for its end and resolves with its milliseconds. */
  time(label: string, encode: (recording: Recording) => void): Promise<number>;
  destroy(): void;
}

/** The GPU's own clock on hardware that has one, else the host's. */
export function clockName({ gpu, software }: Pick<GpuContext, "gpu" | "software">): ClockName {
  return gpu.features.has("timestamp-query") && !software ? "gpu timestamps" : "host";
}

export function createPassClock(device: GpuContext): PassClock {
  return clockName(device) === "host" ? createHostClock(device) : createGpuClock(device);
}

/** Times a pass from its submission on, when the host has encoded it already. */
function createHostClock(device: GpuContext): PassClock {
  const time: PassClock["time"] = async (label, encode) => {
    const encoder = device.gpu.createCommandEncoder({ label });
    const pass = encoder.beginComputePass({ label });
    encode({ begin: () => pass, end: () => {} });
    pass.end();
    const milliseconds = submitEncoder(device, label, encoder);
    await device.flight.wait(label, device.gpu.queue.onSubmittedWorkDone());
    return milliseconds;
  };
  return { name: "host", time, destroy: () => {} };
}

/** A clock that takes two timestamps, in nanoseconds, around the pass. */
export function createGpuClock(device: GpuContext): PassClock {
  const { gpu } = device;
  const querySet = gpu.createQuerySet({ label: "timestamps", type: "timestamp", count: 2 });
  const resolved = gpu.createBuffer({ size: 16, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const staging = gpu.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const time: PassClock["time"] = async (label, encode) => {
    const encoder = gpu.createCommandEncoder({ label });
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass({ label, timestampWrites });
    encode({ begin: () => pass, end: () => {} });
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    void submitEncoder(device, label, encoder, () => encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16));
    await device.flight.wait(label, staging.mapAsync(GPUMapMode.READ));
    const [begin, end] = new BigUint64Array(staging.getMappedRange());
    staging.unmap();
    // Some drivers reset timestamps when a GPU changes its clock.
    return Math.max(0, Number(end! - begin!) / 1e6);
  };
  const destroy = (): void => {
    for (const part of [querySet, resolved, staging]) part.destroy();
  };
  return { name: "gpu timestamps", time, destroy };
}
