import assert from "node:assert/strict";
import { test } from "node:test";
import type { Metrics } from "../../src/report/metrics.ts";
import { sparkline } from "../../src/report/sparkline.ts";
import { createTerminalView, duration } from "../../src/report/terminal.ts";

const step: Metrics = {
  step: 12,
  reward: 0.4121,
  entropy: 0.352,
  "entropic/alpha": -0.12,
  "entropic/target": 0.35,
  "entropic/gated_fraction": 0.31,
  "sampling/tokens_per_second": 12345,
  "training/tokens_per_second": 987.6,
  step_time: 1.25,
};

function show(isTTY: boolean, steps: readonly Metrics[]): string {
  let written = "";
  let time = 0;
  const stream = { write: (text: string) => (written += text), isTTY, columns: 100, rows: 40 };
  const now = () => {
    time += 1000;
    return time;
  };
  const view = createTerminalView({ title: "runs/x on llvmpipe", total: 60, holdsTarget: true, stream, now });
  for (const metrics of steps) view.step(metrics);
  view.note("checkpoint saved");
  view.done();
  return written;
}

test("plain lines where the stream is not a terminal", () => {
  assert.equal(
    show(false, [step, { step: 13, loss: 2.5 }]),
    [
      "runs/x on llvmpipe",
      "step 12/60  reward 0.412  entropy 0.352 (target 0.350)  alpha -0.120  gated 0.310  sampling tokens/s 12,345  training tokens/s 988  1.25 s",
      "step 13/60  loss 2.500",
      "checkpoint saved",
      "",
    ].join("\n"),
  );
});

test("a run without control shows no target, whatever its metrics hold", () => {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text), isTTY: false };
  createTerminalView({ title: "runs/x", total: 60, stream }).step({ ...step, "entropic/target": 0 });
  assert.match(written.join(""), /entropy 0\.352 {2}alpha/);
});

test("a live view on a terminal: progress, time left, every row", () => {
  const steps = [10, 11, 12].map((number) => ({ ...step, step: number }));
  const written = show(true, steps);
  for (const text of [
    "step 12/60",
    "48 s left",
    "reward",
    "target 0.350, +0.002 off",
    "gated",
    "sampling",
    "training",
    "checkpoint saved",
  ]) {
    assert.ok(written.includes(text), text);
  }
  assert.ok(written.includes("\u001b[1A"), "it repaints in place");
  assert.ok(!written.includes("\u001b[?25l"), "it never hides the cursor, so a killed run leaves none hidden");
});

test("sparklines scale to their own range, keep the last values and leave gaps blank", () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), "▁▂▃▄▅▆▇█");
  assert.equal(sparkline([9, 0, 7], 2), "▁█");
  assert.equal(sparkline([1, undefined, Number.NaN, 2]), "▁  █");
  assert.equal(sparkline([5, 5]), "▄▄");
  assert.equal(sparkline([]), "");
});

test("durations", () => {
  assert.deepEqual([42, 185, 7800].map(duration), ["42 s", "3 min 05 s", "2 h 10 min"]);
});
