import type { Observer } from "./context.ts";
import type { Device } from "./device.ts";
import { createHostTimer } from "./profile_host.ts";
import type { ProfiledSubmission, Timer } from "./profile_record.ts";
import { createTimestampTimer } from "./profile_timestamps.ts";
import { openSlices, type Slices } from "./slices.ts";

/** How dispatches are timed: by the GPU's timestamps or, if the adapter has none, by the host, which waits for each dispatch. */
export type ProfileClock = "gpu" | "host";

/** Times what a device runs. */
export interface Profiler {
  readonly clock: ProfileClock;
  /** "submissions": encodes as usual and times whole submissions. "dispatches": gives every dispatch a pass of its own and times it. */
  start(detail: "submissions" | "dispatches"): void;
  /** Waits for the GPU and returns what ran since `start`. Nothing is observed afterwards. */
  stop(): Promise<ProfiledSubmission[]>;
  destroy(): void;
}

/** Times what runs on a device, without changing a bit of the results. The device's `timestamps` decides between the clocks. */
export function createProfiler(device: Device): Profiler {
  const dispatches = device.timestamps ? createTimestampTimer(device) : createHostTimer(device);
  const submissions = createSubmissionTimer(device);
  let active: Timer | undefined;
  return {
    clock: device.timestamps ? "gpu" : "host",
    start: (detail) => {
      active = detail === "dispatches" ? dispatches : submissions;
      device.observer = active.observer;
    },
    stop: async () => {
      const recorded = (await active?.take()) ?? [];
      device.observer = undefined;
      active = undefined;
      return recorded;
    },
    destroy: () => {
      device.observer = undefined;
      dispatches.destroy();
    },
  };
}

/** Times whole submissions by the host's clock. Each goes in slices as always, so a step costs what it costs without a profiler. */
function createSubmissionTimer(device: Device): Timer {
  let recorded: Promise<ProfiledSubmission>[] = [];
  let slices: Slices;
  let dispatchCount = 0;
  const observer: Observer = {
    submit: ({ label, encode, copies }) => {
      const encodeStart = performance.now();
      dispatchCount = 0;
      slices = openSlices(device, label);
      encode(observer);
      const encodeEnd = performance.now();
      slices.finish(copies);
      const known = { label, encodeStart, encodeEnd, dispatchCount, dispatches: [] };
      const done = device.flight.wait(label, device.gpu.queue.onSubmittedWorkDone());
      recorded.push(done.then(() => ({ ...known, done: performance.now() })));
    },
    begin: (launch, run, operations) => {
      dispatchCount += 1;
      return slices.begin(launch, run, operations);
    },
    end: () => slices.end(),
    settled: () => Promise.resolve(),
  };
  const take = async (): Promise<ProfiledSubmission[]> => {
    const done = await Promise.all(recorded);
    recorded = [];
    return done;
  };
  return { observer, take, destroy: () => {} };
}
