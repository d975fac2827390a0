import { DeviceLostError, EngineError, GpuFaultError } from "./errors.ts";

/** What was submitted and is not known to be done, and every wait of the host for the GPU. */
export interface Flight {
  /** Notes a submission and resolves, once the GPU is done with it, with the milliseconds since it could begin. Never rejects. */
  submitted(label: string): Promise<number>;
  /**
   * Waits for a promise of the GPU; `what` names the wait where nothing submitted is under way.
   * @throws DeviceLostError when the GPU is lost, or when for the watchdog's time no submission and no wait has come to its end
   */
  wait<Result>(what: string, promise: Promise<Result>): Promise<Result>;
}

let isHung = false;

/** Whether a GPU of this process has hung. Dawn goes on waiting for it, which keeps the process alive. */
export function hasHung(): boolean {
  return isHung;
}

interface FlightOptions {
  readonly gpu: GPUDevice;
  /** Seconds that one submission may take; 0: any time. */
  readonly watchdog: number;
  readonly fail: (error: EngineError) => void;
  readonly assertHealthy: () => void;
}

/** The watchdog looks this often within its time. It counts looks, because a host that was busy itself saw nothing of the GPU. */
const LOOKS = 10;
/** How long after a refused wait the news of a lost device may take. */
const NEWS_MS = 200;

/** Waits for Dawn to say that a device was lost, which it may do only after the calls that waited on it have failed. */
export async function newsOfLoss(gpu: GPUDevice): Promise<void> {
  await Promise.race([gpu.lost, new Promise((resolve) => setTimeout(resolve, NEWS_MS))]);
}

export function createFlight({ gpu, watchdog, fail, assertHealthy }: FlightOptions): Flight {
  const labels: string[] = [];
  let lastDone = 0;
  let arrivals = 0;

  const hang = (what: string): DeviceLostError => {
    isHung = true;
    const [oldest = what] = labels;
    const error = new DeviceLostError(
      `the GPU has not finished "${oldest}" within the watchdog's ${watchdog} s: a kernel never ends, or this GPU is very slow; ` +
        `set ENTROPIC_SLICE=1 to see which dispatch it is, or ENTROPIC_WATCHDOG to more seconds (0: wait for ever)`,
    );
    fail(error);
    return error;
  };
  const failed = async (what: string, cause: unknown): Promise<never> => {
    await newsOfLoss(gpu);
    assertHealthy();
    if (cause instanceof EngineError) throw cause;
    throw new GpuFaultError(`waiting for ${what} failed: ${cause instanceof Error ? cause.message || cause.name : String(cause)}`);
  };
  return {
    submitted: async (label) => {
      labels.push(label);
      const begun = performance.now();
      // A lost GPU is no news here: whoever waits for results hears of it.
      await gpu.queue.onSubmittedWorkDone().catch(() => undefined);
      const now = performance.now();
      const milliseconds = now - Math.max(begun, lastDone);
      lastDone = now;
      arrivals += 1;
      labels.shift();
      return milliseconds;
    },
    wait: (what, promise) => {
      const settled = promise
        .catch((error: unknown) => failed(what, error))
        // Many kernels compile at once, and each that is done is progress, even where all together take longer than the watchdog's time.
        .finally(() => {
          arrivals += 1;
        });
      return watchdog > 0 ? bounded(settled, { milliseconds: watchdog * 1000, progress: () => arrivals, hang: () => hang(what) }) : settled;
    },
  };
}

interface Bounds {
  readonly milliseconds: number;
  /** A count that grows while there is progress. */
  readonly progress: () => number;
  readonly hang: () => Error;
}

/** A promise that is given up after some time without progress. */
function bounded<Result>(promise: Promise<Result>, { milliseconds, progress, hang }: Bounds): Promise<Result> {
  return new Promise((resolve, reject) => {
    let [seen, looks] = [progress(), 0];
    const timer = setInterval(() => {
      const now = progress();
      looks = now === seen ? looks + 1 : 0;
      seen = now;
      if (looks < LOOKS) return;
      clearInterval(timer);
      reject(hang());
    }, milliseconds / LOOKS);
    promise.then(resolve, reject).finally(() => clearInterval(timer));
  });
}
