import type { Device } from "../src/gpu/device.ts";
import type { Ceilings } from "./ceilings.ts";
import type { ClockName } from "./clock.ts";
import type { Comparison } from "./compare.ts";
import type { BenchFailure, BenchResult } from "./harness.ts";

const NAME_WIDTH = 46;

/** The first lines: the adapter, the clock and the ceilings. */
export function preamble(
  { name, software, toggles }: Pick<Device, "name" | "software" | "toggles">,
  clock: ClockName,
  { gflops, gigabytesPerSecond }: Ceilings,
): string {
  const clocks = {
    "gpu timestamps": "ops by GPU timestamps, paths by the host's clock",
    host: software
      ? "the host's; `uncontended` is processor time over the number of cores, which is what a run takes if no other process runs"
      : "the host's, because the adapter has no timestamps",
  };
  return [
    `adapter   ${name}`,
    ...(toggles.length > 0 ? [`toggles   ${toggles.join(", ")}`] : []),
    `clock     ${clocks[clock]}`,
    `ceilings  ${gflops.toFixed(1)} GFLOP/s of fma, ${gigabytesPerSecond.toFixed(1)} GB/s of memory read and written; \`ceiling\` is the share of the nearer one`,
  ].join("\n");
}

export function heading(software: boolean, compared: boolean): string {
  return line(
    "case",
    ["median ms", "min - max", software ? "uncontended" : "", "GFLOP/s", "GB/s", "ceiling", "error"],
    ["tokens/s", compared ? "vs earlier" : ""],
  );
}

export function row(result: BenchResult, comparison: Comparison | "new" | undefined): string {
  const { milliseconds, uncontendedMilliseconds, tokensPerSecond, details = {} } = result;
  const measured = [
    milliseconds.median.toFixed(3),
    `${brief(milliseconds.min)} - ${brief(milliseconds.max)}`,
    uncontendedMilliseconds?.median.toFixed(3) ?? "",
    result.gflops.toFixed(1),
    result.gigabytesPerSecond.toFixed(1),
    `${(100 * result.fractionOfCeiling).toFixed(0)}%`,
    result.maxRelativeError.toExponential(0),
  ];
  const versus = comparison === undefined ? "" : comparison === "new" ? "new" : describe(comparison);
  const first = line(`${result.name} ${result.shape}`, measured, [
    tokensPerSecond ? Math.round(tokensPerSecond).toLocaleString("en-US") : "",
    versus,
  ]);
  const more = Object.entries(details).map(([name, value]) => `${words(name)} ${brief(value)}`);
  return more.length === 0 ? first : `${first}\n    ${more.join(", ")}`;
}

export function failureRow({ name, shape, reason }: BenchFailure): string {
  return `${`${name} ${shape}`.padEnd(NAME_WIDTH)}  FAILED: ${reason.split("\n")[0]}`;
}

function describe({ ratio, verdict }: Comparison): string {
  return `x${ratio.toFixed(2)}${verdict === "same" ? "" : ` ${verdict}`}`;
}

function brief(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** "encodeShare" -> "encode share" */
function words(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const WIDTHS = [10, 16, 12, 9, 7, 8, 7];

function line(name: string, measured: readonly string[], more: readonly string[]): string {
  const [tokens = "", versus = ""] = more;
  const columns = measured.map((text, i) => text.padStart(WIDTHS[i]!));
  return `${name.padEnd(NAME_WIDTH)}${columns.join("")}${tokens.padStart(10)}  ${versus}`.trimEnd();
}
