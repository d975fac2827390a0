import assert from "node:assert/strict";
import { test } from "node:test";
import type { BenchReport, BenchResult } from "../../bench/harness.ts";
import { drawRoofline } from "../../bench/roofline.ts";

const spread = { median: 2, min: 1, max: 3, percentile5: 1, percentile95: 3 };
const row = (name: string, gflops: number, fractionOfCeiling: number): BenchResult => ({
  name,
  shape: "3x5",
  clock: "host",
  samples: 7,
  milliseconds: spread,
  gflops,
  gigabytesPerSecond: 2,
  fractionOfCeiling,
  maxRelativeError: 0,
});
const report = (results: readonly BenchResult[]): BenchReport => ({
  adapter: "one",
  date: "2026-01-01T00:00:00Z",
  clock: "host",
  ceilings: { gflops: 1234, gigabytesPerSecond: 56.7 },
  results,
  failures: [],
});

test("a roofline has a point for every row that counts operations, and a share for every row", async () => {
  const svg = await drawRoofline(report([row("matmul NT", 100, 0.4), row("embedding", 0, 0.2), row("decode", 10, 0.3)]));
  assert.match(svg, /^<svg/);
  assert.match(svg, /one: 1,230 GFLOP\/s of fma, 56.7 GB\/s of memory/);
  assert.equal(svg.match(/<path aria-label="[^"]*" role="graphics-symbol" aria-roledescription="point"/g)?.length, 2 + 3);
});

test("there is nothing to draw where every case failed", async () => {
  await assert.rejects(drawRoofline(report([])), /there is no row to draw; every case failed/);
});
