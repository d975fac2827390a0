import type { Device } from "../gpu/device.ts";
import { EngineError } from "../gpu/errors.ts";
import { explained } from "../gpu/explain.ts";

/** The calls of an object share buffers and a state, so that one runs at a time. A call is refused while another runs, and after the end. */
export interface Turns {
  /** Runs a call that takes a while. WebGPU's errors without a reason get the device's. */
  run<Result>(call: string, work: () => Promise<Result>): Promise<Result>;
  /** Runs a call that is done at once. */
  runNow<Result>(call: string, work: () => Result): Result;
  /** Runs the last call of all. A second end does nothing. */
  end(call: string, work: () => void): void;
}

/** `owner` is what messages call the object: "the trainer". */
export function oneAtATime(device: Device, owner: string): Turns {
  let running: string | undefined;
  let isEnded = false;
  const enter = (call: string): void => {
    if (isEnded) throw new EngineError(`${call} was called after ${owner} was destroyed; make another`);
    if (running !== undefined) {
      throw new EngineError(`${call} was called while ${running} of ${owner} is running; await that call first`);
    }
  };
  return {
    run: async (call, work) => {
      enter(call);
      running = call;
      try {
        return await explained(device, call, work);
      } finally {
        running = undefined;
      }
    },
    runNow: (call, work) => {
      enter(call);
      return work();
    },
    end: (call, work) => {
      if (isEnded) return;
      enter(call);
      isEnded = true;
      work();
    },
  };
}
