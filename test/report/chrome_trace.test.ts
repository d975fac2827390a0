import assert from "node:assert/strict";
import { test } from "node:test";
import { chromeTrace, type TraceEvent } from "../../src/report/chrome_trace.ts";
import {
  type DispatchTime,
  formatProfile,
  type Profile,
  type StepTime,
  type SubmissionTime,
  summarizeProfile,
} from "../../src/report/profile.ts";

function dispatch(kernel: string, scope: string, start: number, duration: number): DispatchTime {
  return { kernel, label: `${kernel} of ${scope}`, scope, parameters: { rows: 10, columns: 20, inner: 50 }, bytes: 4000, start, duration };
}

function submission(label: string, begin: number, dispatches: DispatchTime[]): SubmissionTime {
  return { label, encodeStart: begin, encodeEnd: begin + 1, done: begin + 30, dispatchCount: dispatches.length, dispatches };
}

/** A step of 100 ms: two submissions of sampling, whose second overlaps the update's encoding, and the update. */
function step(number: number, start: number): StepTime {
  const submissions = [
    submission("prefill", start + 1, [dispatch("matmul/tiled", "layers.0", start + 3, 2)]),
    submission("decode", start + 20, [
      dispatch("matmul/tiled", "layers.1", start + 25, 2),
      dispatch("sample/next_token", "", start + 27, 4),
    ]),
    submission("policy update", start + 40, [dispatch("matmul/tiled", "layers.1.mlp", start + 45, 32)]),
  ];
  return { step: number, start, end: start + 60, submissions };
}

const profile: Profile = { adapter: "a GPU", clock: "gpu", plain: step(2, 0), steps: [step(3, 1000), step(4, 1100)] };
const trace = JSON.parse(JSON.stringify(chromeTrace(profile))) as { traceEvents: TraceEvent[] };
const spans = trace.traceEvents.filter(({ ph }) => ph === "X");
const onTrack = (pid: number): { name: string; begin: number; end: number }[] =>
  spans.filter((event) => event.pid === pid).map(({ name, ts, dur }) => ({ name, begin: ts!, end: ts! + dur! }));

test("a trace names its tracks and has an event a dispatch", () => {
  const names = trace.traceEvents.filter(({ ph }) => ph === "M").map(({ args }) => args.name);
  assert.deepEqual(names, ["CPU", "steps", "GPU: a GPU", "dispatches"]);
  assert.deepEqual(
    onTrack(2).map(({ name }) => name),
    [1, 2].flatMap(() => ["matmul/tiled", "matmul/tiled", "sample/next_token", "matmul/tiled"]),
  );
  const { ts, dur, args } = spans.find(({ pid }) => pid === 2)!;
  assert.deepEqual([ts, dur], [3000, 2000]);
  assert.equal(args.label, "matmul/tiled of layers.0");
  assert.equal(args.submission, "prefill");
});

test("spans of the host lie within one another: steps, phases, encoding", () => {
  const host = onTrack(1);
  assert.deepEqual(
    host.slice(0, 6).map(({ name, begin, end }) => [name, begin, end]),
    [
      ["step 3", 0, 60_000],
      ["sampling", 1000, 40_000],
      ["update", 40_000, 60_000],
      ["encode", 1000, 2000],
      ["encode", 20_000, 21_000],
      ["encode", 40_000, 41_000],
    ],
  );
  for (const a of host) {
    for (const b of host) {
      const apart = a.end <= b.begin || b.end <= a.begin;
      const within = (a.begin <= b.begin && b.end <= a.end) || (b.begin <= a.begin && a.end <= b.end);
      assert.ok(apart || within, `${a.name} and ${b.name} cross`);
    }
  }
});

test("the summary divides by steps, and counts what it knows", () => {
  const summary = summarizeProfile(profile);
  assert.equal(summary.gpu, 40);
  assert.deepEqual(summary.profiled, { wall: 60, encode: 3, submissions: 3, dispatches: 4 });
  const [update, sampling, next] = summary.kernels;
  assert.deepEqual([update!.phase, update!.name, update!.calls, update!.time, update!.share], ["update", "matmul/tiled", 1, 32, 0.8]);
  assert.equal(sampling!.calls, 2);
  assert.equal(sampling!.gflops, (2 * 2 * 10 * 20 * 50) / (4 * 1e6));
  assert.equal(sampling!.gigabytes, 8000 / (4 * 1e6));
  assert.equal(next!.gflops, undefined);
  assert.deepEqual(
    summary.parts.map(({ phase, name, time }) => `${phase} ${name} ${time}`),
    ["update layers.1 32", "sampling sample 4", "sampling layers.0 2", "sampling layers.1 2"],
  );
});

test("the table says whose clock it was", () => {
  const lines = formatProfile(summarizeProfile(profile)).split("\n");
  assert.equal(lines[0], "profile of steps 3 to 4 on a GPU; dispatches timed by the GPU's timestamps");
  assert.ok(
    lines.some((line) => /^update +matmul\/tiled +1 +32\.00 +80\.0 % +32000\.0 +6\.3e-4/.test(line)),
    lines.join("\n"),
  );
  const byHost = formatProfile(summarizeProfile({ ...profile, clock: "host", steps: profile.steps.slice(0, 1) }));
  assert.match(byHost, /^profile of step 3 on a GPU; dispatches timed by the host's clock, .*no timestamps/);
});
