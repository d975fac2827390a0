/** How often to look at once, before looking every millisecond: short work is answered without delay. */
const EAGER_POLLS = 64;

let isInstalled = false;

/**
 * Dawn's Node binding waits for the GPU by calling `setImmediate` from its own callback for as long as anything is pending,
 * which keeps a core busy. A software GPU computes on those same cores: of two, a third of the time goes to waiting. From now
 * on the binding's callbacks (and no others) are put off by a millisecond once they have called themselves 64 times.
 * Worth it on software adapters only: a hardware GPU leaves the core free, and a millisecond is long there.
 */
export function pollPatiently(): void {
  if (isInstalled) return;
  isInstalled = true;
  const immediately = globalThis.setImmediate;
  let isPolling = false;
  let polls = 0;
  const patient = (callback: (...args: unknown[]) => void, ...args: unknown[]): unknown => {
    if (!isNative(callback)) return immediately(callback, ...args);
    polls = isPolling ? polls + 1 : 0;
    const poll = (): void => {
      isPolling = true;
      try {
        callback(...args);
      } finally {
        isPolling = false;
      }
    };
    return polls < EAGER_POLLS ? immediately(poll) : setTimeout(poll, 1);
  };
  // Promises of setImmediate (util.promisify) hang from its properties.
  globalThis.setImmediate = Object.assign(patient, immediately) as unknown as typeof setImmediate;
}

/** A function of an addon, such as the binding's poll: its source is not JavaScript. */
function isNative(callback: unknown): boolean {
  return Function.prototype.toString.call(callback).includes("[native code]");
}
