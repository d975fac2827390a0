import { measureCeilings } from "./ceilings.js";
import { clockOf } from "./clock.js";
import { collectSamples, spreadOf } from "./sampling.js";
/** Prepares, checks and times one case after the other. A case that fails is left out and reported as a failure. */
export async function runCases(device, cases, options) {
    const clock = clockOf(device);
    const ceilings = await measureCeilings(device, clock);
    options.start?.(clock.name, ceilings);
    const results = [];
    const failures = [];
    for (const one of cases) {
        try {
            const result = await runCase({ device, clock }, one, ceilings, options.seconds);
            results.push(result);
            options.result?.(result);
        }
        catch (error) {
            const failure = { name: one.name, shape: one.shape, reason: error.message };
            failures.push(failure);
            options.failure?.(failure);
            // On a lost device the other cases would fail too.
            device.assertHealthy();
        }
    }
    clock.destroy();
    const { description } = device.gpu.adapterInfo;
    const driver = description && description !== device.name ? { driver: description } : {};
    return { adapter: device.name, ...driver, date: new Date().toISOString(), clock: clock.name, ceilings, results, failures };
}
/** @throws Error when the case's result is wrong: such a case is not worth timing */
export async function runCase(context, one, ceilings, seconds) {
    const prepared = await one.prepare(context);
    try {
        const error = await prepared.check();
        if (!(error <= prepared.tolerance)) {
            throw new Error(`wrong: relative error is ${error.toExponential(1)}; it must be at most ${prepared.tolerance}`);
        }
        const samples = await collectSamples(`${one.name} ${one.shape}`, seconds, () => prepared.time());
        await prepared.recheck?.();
        return toResult(context, one, ceilings, samples, error);
    }
    finally {
        prepared.destroy();
    }
}
function toResult({ device, clock }, { name, shape, flops, bytes }, ceilings, samples, maxRelativeError) {
    const milliseconds = spreadOf(samples.map((sample) => sample.milliseconds));
    const uncontended = device.software ? spreadOf(samples.map((sample) => sample.processorMilliseconds)) : undefined;
    const atCeiling = Math.max(flops / ceilings.gflops, bytes / ceilings.gigabytesPerSecond) / 1e6;
    const rates = samples.flatMap((sample) => (sample.tokens === undefined ? [] : [(sample.tokens / sample.milliseconds) * 1e3]));
    const details = Object.keys(samples[0].details ?? {}).map((key) => [key, median(samples.map((sample) => sample.details[key]))]);
    return {
        name,
        shape,
        clock: rates.length === 0 ? clock.name : "host",
        samples: samples.length,
        milliseconds,
        ...(uncontended === undefined ? {} : { uncontendedMilliseconds: uncontended }),
        gflops: flops / milliseconds.median / 1e6,
        gigabytesPerSecond: bytes / milliseconds.median / 1e6,
        ...(rates.length === 0 ? {} : { tokensPerSecond: median(rates) }),
        fractionOfCeiling: atCeiling / (uncontended ?? milliseconds).median,
        maxRelativeError,
        ...(details.length === 0 ? {} : { details: Object.fromEntries(details) }),
    };
}
function median(values) {
    return spreadOf(values).median;
}
