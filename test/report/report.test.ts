import assert from "node:assert/strict";
import { test } from "node:test";
import { describeMetric, metricDefinitions, parseMetrics, withoutTimes } from "../../src/report/metrics.ts";
import { bandOverSeeds, meanInterval } from "../../src/report/significance.ts";
import { smooth } from "../../src/report/statistics.ts";
import { formatNumber, formatTable } from "../../src/report/table.ts";

test("tables align, numbers to the right, colours taking no room", () => {
  const table = formatTable(
    [{ heading: "tensor" }, { heading: "error", align: "right" }],
    [
      ["logits", "1.2e-6"],
      ["\u001b[32mgrad.wte\u001b[39m", "3e-5"],
    ],
  );
  assert.equal(table, ["tensor     error", "────────  ──────", "logits    1.2e-6", "\u001b[32mgrad.wte\u001b[39m    3e-5"].join("\n"));
});

test("numbers in few characters", () => {
  assert.deepEqual(
    [0, 0.123456, 12.3456, -0.00012345, 1234567, Number.NaN, undefined, Infinity].map((value) => formatNumber(value)),
    ["0", "0.1235", "12.35", "-1.23e-4", "1,234,567", "-", "-", "inf"],
  );
});

test("intervals, bands and smoothing against values worked out by hand", () => {
  const { mean, low, high } = meanInterval([1, 2, 3]);
  assert.equal(mean, 2);
  assert.ok(Math.abs(high - (2 + 4.302652729 / Math.sqrt(3))) < 1e-8 && Math.abs(low + high - 4) < 1e-9);
  assert.deepEqual(meanInterval([5]), { mean: 5, low: 5, high: 5 });
  const band = bandOverSeeds([
    [
      { x: 1, y: 0 },
      { x: 2, y: 4 },
    ],
    [{ x: 1, y: 2 }],
  ]);
  assert.deepEqual(
    band.map(({ x, y }) => [x, y]),
    [
      [1, 1],
      [2, 4],
    ],
  );
  assert.deepEqual(
    smooth(
      [0, 3, 6, 0].map((y, x) => ({ x, y })),
      3,
    ).map(({ y }) => y),
    [1.5, 3, 3, 3],
  );
});

test("metrics: names are described, times can be left out", () => {
  for (const [name, { description }] of Object.entries(metricDefinitions)) assert.match(description, /\.$/, name);
  assert.equal(describeMetric("rewards/format/mean")?.description, "Mean of the reward format.");
  assert.match(describeMetric("eval/pass@8")?.description ?? "", /8 sampled/);
  assert.equal(describeMetric("toString"), undefined);
  assert.deepEqual(withoutTimes({ step: 1, reward: 1, step_time: 3, "sampling/tokens_per_second": 9 }), { step: 1, reward: 1 });
  assert.deepEqual(parseMetrics('{"step":2}\n\n{"step":1,"reward":0}\n'), [{ step: 1, reward: 0 }, { step: 2 }]);
});
