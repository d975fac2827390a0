import { submitPass } from "../src/gpu/launch.js";
import { buildPlan } from "../src/graph/plan.js";
import { input } from "../src/graph/trace.js";
import { relativeError, toDevice } from "../src/testing/check_op.js";
/** Runs rotate among copies of the inputs: as many as exceed the last-level cache together, but no more than MOST_COPIES. */
const ROTATED_BYTES = 64 * 2 ** 20;
const MOST_COPIES = 8;
/** One submission holds as many runs as take about this long, so that submitting is not what is measured. */
const SUBMISSION_MILLISECONDS = 4;
const MOST_RUNS = 4096;
const TOLERANCE = 1e-4;
/** A benchmark case that measures one op. Outputs are filled with NaN before they are checked. */
export function opCase(options) {
    const { op, variant, shape, flops, bytes } = options;
    const name = variant ? `${op} ${variant}` : op;
    return { name, op, shape, flops, bytes, prepare: (context) => prepare(name, options, context) };
}
async function prepare(name, options, context) {
    const values = await options.inputs(context);
    const arrays = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, toDevice(value)]));
    const copies = await buildCopies(name, options, context, values);
    const { names, inPlace } = copies;
    const renewed = Object.fromEntries((options.renewed ?? []).map((key) => [key, arrays[key]]));
    let checked = [];
    let count = 1;
    let next = 0;
    const encode = (recording, runs) => {
        for (let run = 0; run < runs; run += 1, next += 1)
            copies.plans[next % copies.plans.length].encode(recording);
    };
    const time = async (runs) => {
        for (const plan of copies.plans)
            plan.upload(renewed);
        const { milliseconds, processorMilliseconds } = await context.clock.time(name, (recording) => encode(recording, runs));
        return { milliseconds: milliseconds / runs, processorMilliseconds: processorMilliseconds / runs };
    };
    return {
        tolerance: TOLERANCE,
        check: async () => {
            for (const plan of copies.plans)
                plan.upload(arrays);
            submitPass(context.device, name, (recording) => encode(recording, copies.plans.length));
            for (const plan of copies.plans) {
                plan.poison();
                plan.run({ inputs: arrays });
            }
            checked = await copies.plans[0].read(copies.plans[0].result.keep);
            if (!(await haveOutputs(copies.plans, checked)))
                throw new Error("wrong: the same inputs gave other bits");
            count = await runsPerSubmission(time);
            const outputs = Object.fromEntries(names.map((key, i) => [key, checked[i]]));
            return errorOf(options, outputs, values);
        },
        time: () => time(count),
        recheck: async () => {
            // An op that works in place has gone on changing its results.
            if (!inPlace && !(await haveOutputs(copies.plans, checked)))
                throw new Error("wrong: the results changed while it was timed");
        },
        destroy: () => {
            for (const plan of copies.plans)
                plan.destroy();
        },
    };
}
async function buildCopies(name, options, { device }, values) {
    const bytes = Object.values(values).reduce((sum, { data }) => sum + 4 * data.length, 0);
    const plans = [];
    let names = [];
    let inPlace = false;
    for (let i = 0; i < Math.min(MOST_COPIES, Math.ceil(ROTATED_BYTES / bytes)); i += 1) {
        const plan = await buildPlan(device, name, () => {
            const inputs = Object.entries(values).map(([key, { shape, dtype }]) => [key, input(key, shape, dtype ?? "f32")]);
            const outputs = options.build(Object.fromEntries(inputs));
            names = Object.keys(outputs);
            inPlace = Object.values(outputs).some(({ storage }) => storage.kind === "input");
            return { keep: Object.values(outputs) };
        });
        plans.push(plan);
    }
    return { plans, names, inPlace };
}
/** Whether all copies, which have the same inputs, hold these outputs bit for bit. */
async function haveOutputs(plans, outputs) {
    for (const plan of plans) {
        const own = await plan.read(plan.result.keep);
        if (!own.every((values, i) => Buffer.from(values.buffer).equals(Buffer.from(outputs[i].buffer))))
            return false;
    }
    return true;
}
async function runsPerSubmission(time) {
    for (let count = 1;;) {
        const took = count * (await time(count)).milliseconds;
        if (took >= SUBMISSION_MILLISECONDS || count === MOST_RUNS)
            return count;
        count = Math.min(MOST_RUNS, 8 * count, Math.ceil(count * (SUBMISSION_MILLISECONDS / took)));
    }
}
function errorOf({ reference }, outputs, inputs) {
    if (typeof reference === "object")
        return reference.errorOf(outputs, inputs);
    const errors = Object.entries(reference(inputs)).map(([name, expected]) => {
        const actual = outputs[name];
        // Shorter or absent outputs would compare as NaN or not at all.
        return actual?.length === expected.length ? relativeError(actual, expected) : Number.NaN;
    });
    return errors.some(Number.isNaN) || errors.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...errors);
}
