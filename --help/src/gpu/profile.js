import { createHostTimer } from "./profile_host.js";
import { createTimestampTimer } from "./profile_timestamps.js";
import { openSlices } from "./slices.js";
/** Times what runs on a device, without changing a bit of the results. The device's `timestamps` decides between the clocks. */
export function createProfiler(device) {
    const dispatches = device.timestamps ? createTimestampTimer(device) : createHostTimer(device);
    const submissions = createSubmissionTimer(device);
    let active;
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
function createSubmissionTimer(device) {
    let recorded = [];
    let slices;
    let dispatchCount = 0;
    const observer = {
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
    const take = async () => {
        const done = await Promise.all(recorded);
        recorded = [];
        return done;
    };
    return { observer, take, destroy: () => { } };
}
