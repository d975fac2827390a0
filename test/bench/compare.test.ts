import assert from "node:assert/strict";
import { test } from "node:test";
import { compareWith, parseReport, type Timed } from "../../bench/compare.ts";

/** Times whose middle lies within `noise` of the median. */
function timed(median: number, noise: number, uncontended?: number): Timed {
  const spread = (middle: number) => ({
    median: middle,
    min: middle * (1 - 2 * noise),
    max: middle * (1 + 9 * noise),
    percentile5: middle * (1 - noise),
    percentile95: middle * (1 + noise),
  });
  const base = { name: "add", shape: "3x5", milliseconds: spread(median) };
  return uncontended === undefined ? base : { ...base, uncontendedMilliseconds: spread(uncontended) };
}

const reportOf = (...results: Timed[]) => parseReport(JSON.stringify({ adapter: "one", date: "2026-01-01", results }), "before.json");

for (const [what, before, now, ratio, verdict] of [
  ["beyond the noise", timed(1, 0.05), timed(1.5, 0.05), 1.5, "slower"],
  ["beyond the noise", timed(1.5, 0.05), timed(1, 0.05), 1 / 1.5, "faster"],
  ["spreads that overlap", timed(1, 0.3), timed(1.5, 0.3), 1.5, "same"],
  ["apart, but by less than a tenth", timed(1, 0.001), timed(1.09, 0.001), 1.09, "same"],
  ["uncontended times before contended ones", timed(1, 0.01, 0.8), timed(3, 0.01, 0.8), 1, "same"],
  ["contended ones where the earlier run has no others", timed(1, 0.01), timed(3, 0.01, 0.8), 3, "slower"],
] as const) {
  test(`compared: ${what} is ${verdict}`, () => {
    const comparison = compareWith(reportOf(before), now)!;
    assert.equal(comparison.verdict, verdict);
    assert.ok(Math.abs(comparison.ratio - ratio) < 1e-12);
  });
}

test("only the same name and shape are compared", () => {
  const before = reportOf(timed(1, 0.1));
  assert.equal(compareWith(before, { ...timed(1, 0.1), shape: "3x6" }), undefined);
  assert.equal(compareWith(before, { ...timed(1, 0.1), name: "multiply" }), undefined);
});

test("a file that is no report is refused in one line that says what is missing", () => {
  assert.throws(() => parseReport("{", "x.json"), { message: "x.json is not JSON; give a file that `bench --json` wrote" });
  assert.throws(() => parseReport("{}", "x.json"), { message: /^x\.json is no report of `bench --json`: adapter: .*$/ });
  const { milliseconds, ...rest } = timed(1, 0.1);
  const without = { adapter: "one", date: "", results: [{ ...rest, milliseconds: { ...milliseconds, median: "1" } }] };
  assert.throws(() => parseReport(JSON.stringify(without), "x.json"), { message: /results\.0\.milliseconds\.median: / });
});
