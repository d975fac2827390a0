import type { Recording } from "../src/gpu/context.ts";
import type { Device } from "../src/gpu/device.ts";
import { submitPass } from "../src/gpu/launch.ts";
import { type ClockName, createGpuClock } from "../src/gpu/pass_clock.ts";
import { type Sample, timeOnHost } from "./sampling.ts";

export type { ClockName };

/** Measures how long the GPU takes for dispatches. */
export interface Clock {
  readonly name: ClockName;
  /** Submits dispatches and waits for their end. */
  time(label: string, encode: (recording: Recording) => void): Promise<Sample>;
  destroy(): void;
}

/** The GPU's own clock on hardware that has one. A software adapter runs by the host's clock, which also tells processor time. */
export function clockOf(device: Device): Clock {
  return device.timestamps && !device.software ? gpuClock(device) : hostClock(device);
}

function hostClock(device: Device): Clock {
  const time: Clock["time"] = (label, encode) =>
    timeOnHost(async () => {
      submitPass(device, label, encode);
      await device.gpu.queue.onSubmittedWorkDone();
    });
  return { name: "host", time, destroy: () => {} };
}

/** The GPU's own clock, in samples of the bench. */
export function gpuClock(device: Device): Clock {
  const clock = createGpuClock(device);
  const time: Clock["time"] = async (label, encode) => {
    let milliseconds = 0;
    const { processorMilliseconds } = await timeOnHost(async () => {
      milliseconds = await clock.time(label, encode);
    });
    return { milliseconds, processorMilliseconds };
  };
  return { name: clock.name, time, destroy: clock.destroy };
}
