import { availableParallelism } from "node:os";
import { setTimeout } from "node:timers/promises";
import benny from "benny";
/** Processor time of this process so far over the number of cores: a clock for software adapters that leaves other processes out. */
export function processorMilliseconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3 / availableParallelism();
}
/** Times work that ends on the host, by both of the host's clocks. */
export async function timeOnHost(run) {
    const start = performance.now();
    const processor = processorMilliseconds();
    await run();
    return { milliseconds: performance.now() - start, processorMilliseconds: processorMilliseconds() - processor };
}
const LEAST_SAMPLES = 7;
/** So many must do if seven samples would take more than ten times as long as was asked for, as on a slow software GPU. */
const FEWEST_SAMPLES = 3;
/** Warms up with one call of `time`, then calls it again and again, by benny, for about `seconds` and at least seven times. */
export async function collectSamples(name, seconds, time) {
    const start = performance.now();
    await time();
    const affordable = Math.floor((10e3 * seconds) / (performance.now() - start));
    const minSamples = Math.max(FEWEST_SAMPLES, Math.min(LEAST_SAMPLES, affordable));
    const samples = [];
    let failure;
    const sample = async () => {
        // The failure is kept, because benny waits forever for a call that throws, and repeats one that returns at once thousands of times.
        if (failure !== undefined)
            return setTimeout(2);
        await time().then((taken) => samples.push(taken), (error) => {
            failure = error;
        });
    };
    // Benny's first two calls would overlap, because it learns by them that it is given promises.
    let last = Promise.resolve();
    const call = () => {
        last = last.then(sample);
        return last;
    };
    const { log } = console;
    // Benny announces every suite on stdout, which is for the table.
    console.log = () => { };
    try {
        await benny.suite(name, benny.add(name, call, { minTime: 1e-3, maxTime: seconds, minSamples }));
    }
    finally {
        console.log = log;
    }
    if (failure !== undefined)
        throw failure;
    return samples;
}
export function spreadOf(values) {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share) => {
        const place = share * (sorted.length - 1);
        const below = sorted[Math.floor(place)];
        return below + (sorted[Math.ceil(place)] - below) * (place % 1);
    };
    return { median: at(0.5), min: at(0), max: at(1), percentile5: at(0.05), percentile95: at(0.95) };
}
