import { type Profile, phaseOf, type StepTime, type SubmissionTime } from "./profile.ts";

/** One event of Chrome's trace event format: "X" is a span of microseconds, "M" names a track. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly displayTimeUnit: "ms";
  readonly traceEvents: readonly TraceEvent[];
}

const CPU = 1;
const GPU = 2;

/** The profiled steps for chrome://tracing or ui.perfetto.dev: what the host did, and every dispatch on the GPU. */
export function chromeTrace({ adapter, clock, steps }: Profile): ChromeTrace {
  const origin = steps[0]?.start ?? 0;
  const gpuTrack = clock === "gpu" ? "dispatches" : "dispatches, by the host's clock";
  const traceEvents = [
    ...nameTrack(CPU, "CPU", "steps"),
    ...nameTrack(GPU, `GPU: ${adapter}`, gpuTrack),
    ...steps.flatMap((step) => [...hostEvents(step, origin), ...dispatchEvents(step, origin)]),
  ];
  return { displayTimeUnit: "ms", traceEvents };
}

function nameTrack(pid: number, process: string, thread: string): TraceEvent[] {
  return [
    { name: "process_name", ph: "M", pid, tid: 1, args: { name: process } },
    { name: "thread_name", ph: "M", pid, tid: 1, args: { name: thread } },
  ];
}

interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

function eventOf(pid: number, { name, start, end, args = {} }: Span, origin: number): TraceEvent {
  return { name, ph: "X", pid, tid: 1, ts: (start - origin) * 1e3, dur: (end - start) * 1e3, args };
}

/** The spans of a step: the step itself, its phases within it, and within them the encoding of every submission. */
function hostEvents(step: StepTime, origin: number): TraceEvent[] {
  const whole: Span = { name: `step ${step.step}`, start: step.start, end: step.end };
  const encodes = step.submissions.map(
    ({ label, encodeStart, encodeEnd, dispatchCount }): Span => ({
      name: "encode",
      start: encodeStart,
      end: encodeEnd,
      args: { submission: label, dispatches: dispatchCount },
    }),
  );
  return [whole, ...phasesOf(step), ...encodes].map((span) => eventOf(CPU, span, origin));
}

/** A phase is a run of submissions of one purpose. It lasts from the first one's encoding until the last one's work is known to be done. */
function phasesOf({ submissions, end }: StepTime): Span[] {
  const runs: SubmissionTime[][] = [];
  for (const submission of submissions) {
    const last = runs.at(-1);
    if (last && phaseOf(last[0]!.label) === phaseOf(submission.label)) last.push(submission);
    else runs.push([submission]);
  }
  return runs.map((run, i) => {
    const limit = runs[i + 1]?.[0]?.encodeStart ?? end;
    return { name: phaseOf(run[0]!.label), start: run[0]!.encodeStart, end: Math.min(run.at(-1)!.done, limit) };
  });
}

function dispatchEvents({ submissions }: StepTime, origin: number): TraceEvent[] {
  return submissions.flatMap(({ label: submission, dispatches }) =>
    dispatches.map(({ kernel, label, scope, parameters, start, duration }) =>
      eventOf(GPU, { name: kernel, start, end: start + duration, args: { label, scope, submission, ...parameters } }, origin),
    ),
  );
}
