import type { TopLevelSpec } from "vega-lite";
import { page, renderSvg } from "../src/report/svg.ts";
import type { BenchReport, BenchResult } from "./harness.ts";

/** A case in the picture. */
interface Place {
  readonly name: string;
  /** The op, or the path. */
  readonly kind: string;
  /** Floating-point operations for each byte that the case must at least move. */
  readonly intensity: number;
  readonly gflops: number;
  /** Percent of what the ceilings allow. */
  readonly share: number;
}

/** Paths of many ops have a colour of their own. */
const PATHS = ["training_step", "prefill", "decode", "grpo_step"];

/**
 * Draws a report's rows as an SVG document. On the left is the roofline model (Williams, Waterman and Patterson 2009): each case at its
 * operations a byte and its rate, below the lower of the two ceilings. On the right is each case's share of the nearer ceiling, by op.
 * @throws Error where the report has no row
 */
export async function drawRoofline({ adapter, date, ceilings, results }: BenchReport): Promise<string> {
  if (results.length === 0) throw new Error("there is no row to draw; every case failed");
  const places = results.map(placeOf);
  const title = {
    text: `${adapter}: ${rounded(ceilings.gflops)} GFLOP/s of fma, ${rounded(ceilings.gigabytesPerSecond)} GB/s of memory`,
    subtitle: `${date.slice(0, 10)}; a point is a row of the benchmark, an orange one a path of many ops; what stays in a cache may lie above the roof`,
  };
  return renderSvg({
    ...page,
    title,
    hconcat: [rooflineSpec(places, ceilings), sharesSpec(places)],
    spacing: 60,
    resolve: { scale: { color: "shared" } },
  } as unknown as TopLevelSpec);
}

function placeOf(result: BenchResult): Place {
  const { name, shape, gflops, gigabytesPerSecond, milliseconds, uncontendedMilliseconds = milliseconds } = result;
  return {
    name: `${name} ${shape}`,
    kind: name.split(" ")[0]!,
    intensity: gflops / gigabytesPerSecond,
    // On a software adapter the share is that of the time without other processes, and so is the rate here.
    gflops: gflops * (milliseconds.median / uncontendedMilliseconds.median),
    share: 100 * result.fractionOfCeiling,
  };
}

function rooflineSpec(places: readonly Place[], { gflops, gigabytesPerSecond }: BenchReport["ceilings"]): object {
  const counted = places.filter(({ intensity, gflops: rate }) => intensity > 0 && rate > 0);
  const [low, high] = [Math.min(0.05, ...counted.map(({ intensity }) => intensity)), Math.max(200, ...counted.map((p) => p.intensity))];
  const ridge = gflops / gigabytesPerSecond;
  const roof = [low, ridge, high].map((intensity) => ({ intensity, gflops: Math.min(gflops, intensity * gigabytesPerSecond) }));
  const x = {
    field: "intensity",
    type: "quantitative",
    title: "operations a byte",
    scale: { type: "log", domain: [low, high], nice: false },
  };
  const y = { field: "gflops", type: "quantitative", title: "GFLOP/s", scale: { type: "log" } };
  return {
    title: "Roofline",
    width: 460,
    height: 460,
    layer: [
      { data: { values: roof }, mark: { type: "line", color: "#222", strokeWidth: 2 }, encoding: { x, y } },
      { data: { values: counted }, mark: { type: "point", filled: true, size: 46, opacity: 0.8 }, encoding: { x, y, ...coloured } },
    ],
  };
}

function sharesSpec(places: readonly Place[]): object {
  const x = { field: "share", type: "quantitative", title: "% of the nearer ceiling", scale: { domain: [0, 100], clamp: true } };
  const kinds = [...new Set(places.map(({ kind }) => kind))];
  const y = { field: "kind", type: "nominal", title: null, sort: kinds, axis: { grid: true } };
  const mark = { type: "point", filled: true, size: 46, opacity: 0.8 };
  return { title: "Share of the ceiling", width: 320, height: 460, data: { values: places }, mark, encoding: { x, y, ...coloured } };
}

const coloured = {
  color: {
    condition: { test: `indexof(${JSON.stringify(PATHS)}, datum.kind) >= 0`, value: "#d55e00" },
    value: "#0072b2",
  },
};

function rounded(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}
