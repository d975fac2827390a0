import { join } from "node:path";
import { Option } from "commander";
import { createNanCheck } from "../gpu/nan_check.js";
import { createProfiler } from "../gpu/profile.js";
import { writeWhole } from "../io/write_whole.js";
import { chromeTrace } from "../report/chrome_trace.js";
import { formatProfile, summarizeProfile } from "../report/profile.js";
import { UsageError } from "./errors.js";
import { integer } from "./options.js";
/** `--profile N` and `--debug-nan`, for commands that train. */
export function addWatchOptions(command) {
    const profile = "time every kernel of N steps, after two steps to warm up; writes profile.json and trace.json";
    command.addOption(new Option("--profile <N>", profile).argParser(integer({ min: 1 })).conflicts("debugNan"));
    command.option("--debug-nan", "stop at the first kernel that writes a number that is not finite (slow)");
}
/** Steps before the profiled ones: the first warms up, and the second is timed as a whole. */
const WARM_UP = 2;
/** Throws UsageError where a run is too short to be profiled. `key` is the configuration's name for its steps. */
export function checkWatch({ profile }, steps, key) {
    if (profile !== undefined && profile + WARM_UP > steps) {
        throw new UsageError(`--profile ${profile} needs ${profile + WARM_UP} steps, ${WARM_UP} of them to warm up; ${key} is ${steps}; profile fewer steps, or raise ${key}`);
    }
}
/** The watch that the options ask for; without such options it does nothing. Create it before the first step that it should see. */
export async function createStepWatch(options, place) {
    if (options.debugNan)
        return createNanWatch(place);
    if (options.profile !== undefined)
        return createProfileWatch(options.profile, place);
    return { step: (_number, run) => run(), end: async () => { } };
}
/** The steps of a generator, each watched. */
export async function* watchSteps(steps, watch, show) {
    for (let number = 1;; number += 1) {
        const next = await watch.step(number, () => steps.next(), show);
        if (next.done)
            break;
        yield next.value;
    }
    await watch.end(show);
}
async function createNanWatch({ device }) {
    const check = await createNanCheck(device);
    return {
        step: async (number, run) => {
            check.place = `step ${number}`;
            const result = await run();
            await check.settled();
            check.place = `after step ${number}`;
            return result;
        },
        end: async () => { },
    };
}
function createProfileWatch(count, { device, dir }) {
    const profiler = createProfiler(device);
    const steps = [];
    let plain;
    let seen = 0;
    let isFinished = false;
    const finish = async (show) => {
        isFinished = true;
        profiler.destroy();
        if (plain && steps.length > 0)
            show(await writeProfile(dir, { adapter: device.name, clock: profiler.clock, plain, steps }));
        else
            show(`no profile: the run ended after ${seen} steps, and the first ${WARM_UP} only warm up`);
    };
    const measure = async (step, run, show) => {
        profiler.start(plain ? "dispatches" : "submissions");
        const start = performance.now();
        const result = await run();
        const end = performance.now();
        const submissions = await profiler.stop();
        // A generator without more steps says so in one more step, which runs nothing.
        if (submissions.length === 0)
            return result;
        if (plain)
            steps.push({ step, start, end, submissions });
        else
            plain = { step, start, end, submissions };
        if (steps.length === count)
            await finish(show);
        return result;
    };
    return {
        step: (number, run, show) => {
            seen += 1;
            return seen < WARM_UP || isFinished ? run() : measure(number, run, show);
        },
        end: async (show) => {
            if (!isFinished)
                await finish(show);
        },
    };
}
/** Writes both files and returns what to show. */
async function writeProfile(dir, profile) {
    const summary = summarizeProfile(profile);
    const [summaryPath, tracePath] = [join(dir, "profile.json"), join(dir, "trace.json")];
    await writeWhole(summaryPath, `${JSON.stringify(summary, null, 2)}\n`);
    await writeWhole(tracePath, `${JSON.stringify(chromeTrace(profile))}\n`);
    const files = `profile: ${summaryPath}   trace for chrome://tracing or ui.perfetto.dev: ${tracePath}`;
    return `\n${formatProfile(summary)}\n\n${files}\n`;
}
