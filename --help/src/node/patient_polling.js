/** The first polls follow at once, so that short work is answered without delay. Later ones come every millisecond. */
const EAGER_POLLS = 64;
let isInstalled = false;
/**
 * Dawn's Node binding waits for the GPU by calling `setImmediate` from its own callback for as long as anything is pending,
 * which keeps a core busy. A software GPU computes on the same cores; on two cores, waiting takes a third of their time. From
 * now on the binding's callbacks (and no others) are delayed by a millisecond once they have rescheduled themselves 64 times.
 * This pays on software adapters only: a hardware GPU leaves the core free, and a millisecond is long there.
 */
export function pollPatiently() {
    if (isInstalled)
        return;
    isInstalled = true;
    const immediately = globalThis.setImmediate;
    let isPolling = false;
    let polls = 0;
    const patient = (callback, ...args) => {
        if (!isNative(callback))
            return immediately(callback, ...args);
        polls = isPolling ? polls + 1 : 0;
        const poll = () => {
            isPolling = true;
            try {
                callback(...args);
            }
            finally {
                isPolling = false;
            }
        };
        return polls < EAGER_POLLS ? immediately(poll) : setTimeout(poll, 1);
    };
    // util.promisify reads a property of setImmediate, so the properties are copied.
    globalThis.setImmediate = Object.assign(patient, immediately);
}
/** A function of an addon, such as the binding's poll: its source is not JavaScript. */
function isNative(callback) {
    return Function.prototype.toString.call(callback).includes("[native code]");
}
