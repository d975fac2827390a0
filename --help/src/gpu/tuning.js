import { ShaderError } from "./errors.js";
import { openTrial, TrialMemoryError } from "./trial.js";
import { createTuningRecord, hashKernels } from "./tuning_record.js";
/** How long a candidate is measured, compiling excluded. */
const BUDGET_MS = 50;
export function createTuning(device, options) {
    const { store, mode = "auto" } = options;
    const measures = mode === "on" || mode === "force" || (mode === "auto" && !device.software);
    const record = createTuningRecord(device, store, mode === "force");
    const trials = createTrials(device, record);
    const choices = new Map();
    let queue = Promise.resolve();
    const settleAll = async (requests) => {
        await record.load();
        for (const request of requests) {
            if (!choices.has(request.key))
                choices.set(request.key, await answer(trials, request, measures));
        }
        await record.save();
    };
    return {
        measures,
        settle: (requests) => {
            if (requests.every(({ key }) => choices.has(key)))
                return Promise.resolve();
            // Requests wait for one another, because simultaneous trials would disturb each other's times.
            const settled = queue.then(() => settleAll(requests));
            queue = settled.catch(() => undefined);
            return settled;
        },
        choice: (key) => choices.get(key),
    };
}
function createTrials(device, record) {
    const hashes = new Map();
    const warned = new Set();
    let isAnnounced = false;
    return {
        device,
        record,
        hashOf: (kernels, more = "") => {
            const key = [...kernels, more].join();
            const hash = hashes.get(key) ?? hashKernels(device, kernels, more);
            hashes.set(key, hash);
            return hash;
        },
        warn: ({ kernels }, wrong) => {
            if (kernels.some((kernel) => warned.has(kernel)))
                return;
            for (const kernel of kernels)
                warned.add(kernel);
            console.error(`warning: ${kernels.join(" + ")} is wrong on ${device.name} (${wrong}); a slower kernel takes its place`);
        },
        announce: () => {
            if (!isAnnounced)
                console.error(`timing kernels on ${device.name}, once for this driver (ENTROPIC_TUNE=0 turns this off)`);
            isAnnounced = true;
        },
    };
}
/** The first candidate that is right, in the order given or, where candidates are timed, from the fastest on. */
async function answer(trials, request, measures) {
    const order = measures && request.candidates.length > 1 ? await byTime(trials, request) : request.candidates;
    for (const candidate of order) {
        if (await isRight(trials, candidate))
            return candidate.name;
    }
    return undefined;
}
/** Whether a candidate passes its check; undefined where the GPU has no memory to check it, which is tried again next time. */
async function isRight({ device, record, hashOf, warn }, candidate) {
    const hash = hashOf(candidate.kernels);
    const key = `check ${candidate.checkKey}`;
    const known = record.get(key, hash);
    const found = known && "wrong" in known ? { is: known.wrong } : await unlessOutOfMemory(() => whatIsWrong(device, candidate.check()));
    if (!found)
        return undefined;
    const wrong = found.is ?? null;
    if (!known)
        record.set(key, { hash, wrong });
    if (wrong !== null)
        warn(candidate, wrong);
    return wrong === null;
}
/** Times the candidates that are right and returns them, the fastest first. */
async function byTime(trials, { key, candidates }) {
    const { device, record } = trials;
    const hash = trials.hashOf([...new Set(candidates.flatMap(({ kernels }) => kernels))], candidates.map(({ name }) => name).join());
    const known = record.get(`choice ${key}`, hash);
    if (known && "name" in known)
        return sortedBy(candidates, known.milliseconds);
    trials.announce();
    const milliseconds = {};
    const untimed = [];
    let isUnchecked = false;
    for (const candidate of candidates) {
        const right = await isRight(trials, candidate);
        isUnchecked ||= right === undefined;
        // A wrong kernel is not worth timing.
        if (!right)
            continue;
        const time = await unlessOutOfMemory(() => withTrial(device, candidate.trial(), (open) => open.measure(BUDGET_MS)));
        if (time)
            milliseconds[candidate.name] = time.is;
        else
            untimed.push(candidate);
    }
    for (const fastest of sortedBy(candidates, milliseconds)) {
        // A kernel that passed the small check may still be wrong at the real size.
        const wrong = await unlessOutOfMemory(() => withTrial(device, fastest.trial(), (open) => open.check()));
        if (wrong?.is === undefined)
            break;
        trials.warn(fastest, wrong.is);
        delete milliseconds[fastest.name];
    }
    const sorted = sortedBy(candidates, milliseconds);
    // The next process may have the memory.
    if (untimed.length > 0 || isUnchecked)
        return [...sorted, ...untimed];
    record.set(`choice ${key}`, { hash, name: sorted[0]?.name ?? "", milliseconds });
    if (device.debug >= 1)
        console.error(`tuned ${key}: ${describe(milliseconds)}`);
    return sorted;
}
/** The candidates that have a time, the fastest first. */
function sortedBy(candidates, milliseconds) {
    return candidates.filter(({ name }) => name in milliseconds).sort((a, b) => milliseconds[a.name] - milliseconds[b.name]);
}
function describe(milliseconds) {
    return Object.entries(milliseconds)
        .map(([name, time]) => `${name} ${time.toPrecision(3)} ms`)
        .join(", ");
}
/** What is wrong with a trial: its output, or a kernel that does not compile. Undefined where it is right. */
async function whatIsWrong(device, trial) {
    try {
        return await withTrial(device, trial, (open) => open.check());
    }
    catch (error) {
        if (error instanceof ShaderError)
            return error.message.split("\n")[0];
        throw error;
    }
}
/** What a trial found; undefined where the GPU had no memory for it. */
async function unlessOutOfMemory(find) {
    try {
        return { is: await find() };
    }
    catch (error) {
        if (error instanceof TrialMemoryError)
            return undefined;
        throw error;
    }
}
async function withTrial(device, trial, use) {
    const open = await openTrial(device, trial);
    try {
        return await use(open);
    }
    finally {
        open.destroy();
    }
}
