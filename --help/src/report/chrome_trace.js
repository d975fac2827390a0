import { phaseOf } from "./profile.js";
const CPU = 1;
const GPU = 2;
/** The profiled steps for chrome://tracing or ui.perfetto.dev: what the host did, and every dispatch on the GPU. */
export function chromeTrace({ adapter, clock, steps }) {
    const origin = steps[0]?.start ?? 0;
    const gpuTrack = clock === "gpu" ? "dispatches" : "dispatches, by the host's clock";
    const traceEvents = [
        ...nameTrack(CPU, "CPU", "steps"),
        ...nameTrack(GPU, `GPU: ${adapter}`, gpuTrack),
        ...steps.flatMap((step) => [...hostEvents(step, origin), ...dispatchEvents(step, origin)]),
    ];
    return { displayTimeUnit: "ms", traceEvents };
}
function nameTrack(pid, process, thread) {
    return [
        { name: "process_name", ph: "M", pid, tid: 1, args: { name: process } },
        { name: "thread_name", ph: "M", pid, tid: 1, args: { name: thread } },
    ];
}
function eventOf(pid, { name, start, end, args = {} }, origin) {
    return { name, ph: "X", pid, tid: 1, ts: (start - origin) * 1e3, dur: (end - start) * 1e3, args };
}
/** The spans of a step: the step itself, its phases within it, and within them the encoding of every submission. */
function hostEvents(step, origin) {
    const whole = { name: `step ${step.step}`, start: step.start, end: step.end };
    const encodes = step.submissions.map(({ label, encodeStart, encodeEnd, dispatchCount }) => ({
        name: "encode",
        start: encodeStart,
        end: encodeEnd,
        args: { submission: label, dispatches: dispatchCount },
    }));
    return [whole, ...phasesOf(step), ...encodes].map((span) => eventOf(CPU, span, origin));
}
/** A phase is a run of submissions of one purpose. It lasts from the first one's encoding until the last one's work is known to be done. */
function phasesOf({ submissions, end }) {
    const runs = [];
    for (const submission of submissions) {
        const last = runs.at(-1);
        if (last && phaseOf(last[0].label) === phaseOf(submission.label))
            last.push(submission);
        else
            runs.push([submission]);
    }
    return runs.map((run, i) => {
        const limit = runs[i + 1]?.[0]?.encodeStart ?? end;
        return { name: phaseOf(run[0].label), start: run[0].encodeStart, end: Math.min(run.at(-1).done, limit) };
    });
}
function dispatchEvents({ submissions }, origin) {
    return submissions.flatMap(({ label: submission, dispatches }) => dispatches.map(({ kernel, label, scope, parameters, start, duration }) => eventOf(GPU, { name: kernel, start, end: start + duration, args: { label, scope, submission, ...parameters } }, origin)));
}
