import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { BenchReport } from "../harness.ts";
import type { Outcome } from "../peers/table.ts";
import type { Workload } from "../peers/workload.ts";
import type { DecodeTime } from "./decode.ts";
import type { MatrixTimes } from "./matrices.ts";
import { type Prediction, predictionFor } from "./predictions.ts";
import type { TrainingProfile } from "./profile.ts";
import type { StageRecord, TestSummary } from "./run_stage.ts";
import { SHAPES } from "./shapes.ts";
import type { Stage } from "./stages.ts";

interface Day {
  readonly adapter: string;
  /** The results' folder. */
  readonly out: string;
  readonly stages: readonly Stage[];
  readonly dry: boolean;
}

/** Writes what the stages found, with predictions beside measurements, as a page in markdown. */
export function writeReport(file: string, day: Day): void {
  const read = <Result>(name: string): Result | undefined => {
    const path = join(day.out, `${name}.json`);
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Result) : undefined;
  };
  const prediction = predictionFor(day.adapter);
  const picture = join(day.out, "roofline.svg");
  const sections = [
    heading(day),
    steps(read, prediction),
    decoding(read, prediction),
    products(read, prediction),
    matrices(read),
    ceilings(read<BenchReport>("bench"), existsSync(picture) ? relative(dirname(file), picture) : undefined),
    toggles(read, day.stages),
    kernels(read),
    peers(read),
    trust(read),
    records(day, read),
  ];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${sections.filter(Boolean).join("\n\n")}\n`);
}

type Read = <Result>(name: string) => Result | undefined;

function heading({ adapter, dry }: Day): string {
  const lines = [`# Measured on ${adapter}`];
  if (dry) lines.push("A dry run of tiny sizes: it shows that the way works, and no speed.");
  return lines.join("\n\n");
}

function steps(read: Read, prediction: Prediction | undefined): string {
  const rows = SHAPES.flatMap(({ name }) => {
    const profile = read<TrainingProfile>(`profile-${name}`);
    if (!profile) return [];
    const { rows: tokens, milliseconds, gpuMilliseconds, encodeMilliseconds, dispatches } = profile;
    const predicted = prediction?.step[name as keyof Prediction["step"]];
    const spread = `${brief(milliseconds.median)} (${brief(milliseconds.min)} to ${brief(milliseconds.max)})`;
    return [[name, tokens, spread, brief(gpuMilliseconds), predicted ?? "", brief(encodeMilliseconds), dispatches]];
  });
  const head = ["shape", "tokens", "a step, ms", "sum of its dispatches, ms", "predicted GPU time, ms", "encoding, ms", "dispatches"];
  return section("A training step", "Forward, backward and AdamW in f32, from the call to the loss on the host.", head, rows);
}

function decoding(read: Read, prediction: Prediction | undefined): string {
  const times = SHAPES.flatMap(({ name }) => read<DecodeTime[]>(`decode-${name}`) ?? []);
  const rows = times.map(({ shape, sequences, topP, promptLength, millisecondsPerToken, tokensPerSecond, failed }) => {
    const predicted = shape === "Qwen" && topP === 1 ? prediction?.decode[sequences as keyof Prediction["decode"]] : undefined;
    const found = failed ? [failed, ""] : [brief(millisecondsPerToken), Math.round(tokensPerSecond)];
    return [shape, sequences, topP === 1 ? "" : topP, promptLength, ...found, predicted ?? ""];
  });
  const head = ["shape", "sequences", "top-p", "positions", "ms for a token of each", "tokens/s", "predicted, ms"];
  return section("Decoding", "", head, rows);
}

function products(read: Read, prediction: Prediction | undefined): string {
  const report = read<BenchReport>("matmul");
  if (!report) return "";
  const predicted = prediction ? ` Predicted for large ones: ${prediction.matmul.join(" to ")} TFLOP/s.` : "";
  const ceiling = `The ceiling of fma on this adapter, measured in the same process: ${brief(report.ceilings.gflops / 1e3)} TFLOP/s.${predicted}`;
  const text = [ceiling, ...remarks(report)].join("\n\n");
  return section("Products in f32 WGSL, as a share of the ceiling", text, PRODUCT, productRows(report));
}

const PRODUCT = ["product", "size", "TFLOP/s", "share", "error"];

function productRows({ results, ceilings: { gflops: ceiling } }: BenchReport): Cell[][] {
  return results.map(({ name, shape, gflops, maxRelativeError }) => [
    name,
    shape,
    brief(gflops / 1e3),
    percent(gflops / ceiling),
    maxRelativeError.toExponential(0),
  ]);
}

function matrices(read: Read): string {
  const times = read<MatrixTimes>("matrices");
  if (!times) return "";
  const { configurations, usable, report, skipped, warnings = [] } = times;
  const used = usable.map(({ component, height, width, depth, lanes }) => `${height}x${width}x${depth} ${component} of ${lanes} lanes`);
  const listed = configurations.map(
    ({ componentType, resultComponentType, M, N, K }) => `${M}x${N}x${K} ${componentType} to ${resultComponentType}`,
  );
  const text = [
    `What the driver has: ${listed.join(", ") || "none"}. What the kernel takes: ${used.join(", ") || "none"}.`,
    ...(skipped
      ? [`Left out: ${skipped}.`]
      : ["Frozen f16 weights, by matrix instructions and by each tile; the share is of the ceiling of fma in f32."]),
    ...warnings,
    ...(report ? remarks(report) : []),
  ].join("\n\n");
  return section("Matrix instructions", text, PRODUCT, report ? productRows(report) : []) || `## Matrix instructions\n\n${text}`;
}

/** What a table does not show: rows that failed, and why others are missing. */
function remarks({ failures, brokenOff, aboveCeiling }: BenchReport): string[] {
  return [
    ...failures.map(({ name, shape, reason }) => `${name} ${shape} failed: ${firstLine(reason)}`),
    ...(aboveCeiling ? [`Above their ceilings, which must be too low: ${aboveCeiling.join(", ")}.`] : []),
    ...(brokenOff ? [`Broken off: ${firstLine(brokenOff)}.`] : []),
  ];
}

function firstLine(text: string): string {
  return text.split("\n")[0]!;
}

/** How many of the cases that are furthest from their ceiling are named. */
const WORST = 20;

function ceilings(report: BenchReport | undefined, picture: string | undefined): string {
  if (!report) return "";
  const worst = [...report.results].sort((a, b) => a.fractionOfCeiling - b.fractionOfCeiling).slice(0, WORST);
  const rows = worst.map(({ name, shape, milliseconds, fractionOfCeiling }) => [
    `${name} ${shape}`,
    brief(milliseconds.median),
    percent(fractionOfCeiling),
  ]);
  const { gflops, gigabytesPerSecond } = report.ceilings;
  const text = [
    `${brief(gflops / 1e3)} TFLOP/s of fma, ${brief(gigabytesPerSecond)} GB/s. Of ${report.results.length} rows these are the furthest below.`,
    ...(picture ? [`![Roofline](${picture})`] : []),
    ...remarks(report),
  ].join("\n\n");
  return section("Kernels and their ceilings", text, ["case", "ms", "share of the nearer ceiling"], rows);
}

function toggles(read: Read, stages: readonly Stage[]): string {
  const base = read<BenchReport>("toggles-none");
  const names = stages.map(({ name }) => name).filter((name) => name.startsWith("toggles-") && name !== "toggles-none");
  const others = names.flatMap((name) => {
    const report = read<BenchReport>(name);
    return report ? [{ name: name.slice("toggles-".length), report }] : [];
  });
  if (!base || others.length === 0) return "";
  const rows = base.results.map(({ name, shape, milliseconds }) => [
    `${name} ${shape}`,
    brief(milliseconds.median),
    ...others.map(({ report }) => {
      const same = report.results.find((result) => result.name === name && result.shape === shape);
      return same ? `${(milliseconds.median / same.milliseconds.median).toFixed(2)}x` : "";
    }),
  ]);
  const text = [
    "The time with every safeguard over the time without one of them, by the same kernels: above 1 is what the safeguard costs.",
    ...others.flatMap(({ name, report }) => remarks(report).map((remark) => `${name}: ${remark}`)),
  ].join("\n\n");
  return section("What safeguards cost", text, ["case", "ms", ...others.map(({ name }) => name)], rows);
}

const KERNELS_SHOWN = 10;

function kernels(read: Read): string {
  const parts = SHAPES.flatMap(({ name }) => {
    const profile = read<TrainingProfile>(`profile-${name}`);
    if (!profile) return [];
    const rows = profile.kernels
      .slice(0, KERNELS_SHOWN)
      .map(({ name: kernel, calls, time, share, gflops, gigabytes }) => [
        kernel,
        calls,
        brief(time),
        percent(share),
        gflops === undefined ? "" : brief(gflops / 1e3),
        gigabytes === undefined ? "" : brief(gigabytes),
      ]);
    return [section(`Where a step of ${name} goes`, "", ["kernel", "calls", "ms", "share", "TFLOP/s", "GB/s"], rows)];
  });
  return parts.join("\n\n");
}

interface PeerResults {
  readonly results: readonly { readonly workload: Workload; readonly outcomes: readonly Outcome[] }[];
}

function peers(read: Read): string {
  const results = ["peers-S", "peers-L"].flatMap((name) => read<PeerResults>(name)?.results ?? []);
  const rows = results.flatMap(({ workload, outcomes }) => {
    const ours = outcomes[0]?.summary?.milliseconds.median;
    return outcomes.map(({ peer, report, summary, missing, agreement }) => {
      if (!summary || !report) return [workload.name, peer, `left out: ${missing ?? ""}`, "", ""];
      const { median } = summary.milliseconds;
      const ratio = ours === undefined ? "" : (median / ours).toFixed(2);
      return [workload.name, `${peer} ${report.version} ${report.backend}`, brief(median), ratio, agreement?.problem ?? "same losses"];
    });
  });
  const text = "The same model, data and step. A ratio above 1: this engine is faster. Our two runs show the noise.";
  return section("Beside other libraries", text, ["workload", "peer", "ms", "peer / ours", "losses"], rows);
}

interface Verified {
  readonly level: string;
  /** Absent where it was stopped. */
  readonly passed?: boolean;
  readonly cases: readonly { readonly status: string }[];
}

interface Trained {
  readonly seconds: number;
  readonly last?: Readonly<Record<string, number>>;
}

function trust(read: Read): string {
  const verified = read<Verified>("verify");
  const tests = read<TestSummary>("tests");
  const run = read<Trained>("quickstart");
  const lines = [
    verified && `* \`verify\` (${verified.level}): ${verdict(verified)}.`,
    tests &&
      `* Tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped${tests.brokenOff ? `; ${tests.brokenOff}` : ""}.${list(tests.failures)}`,
    run && `* The quickstart took ${brief(run.seconds)} s from the command to its end; last step: ${lastStep(run.last)}.`,
  ].filter(Boolean);
  return lines.length === 0 ? "" : `## Is it right?\n\n${lines.join("\n")}`;
}

function verdict({ passed, cases }: Verified): string {
  const failed = cases.filter(({ status }) => status === "failed").length;
  if (passed === undefined) return `stopped after ${cases.length} cases, ${failed} of which failed`;
  return passed ? "all cases passed" : `${failed} of ${cases.length} cases failed, see verify.json`;
}

function list(failures: readonly string[]): string {
  return failures.map((failure) => `\n  * ${failure}`).join("");
}

function lastStep(last: Readonly<Record<string, number>> = {}): string {
  const shown = Object.entries(last).filter(([key]) => ["step", "reward", "entropy", "eval/pass@1", "step_time"].includes(key));
  return shown.map(([key, value]) => `${key} ${brief(value)}`).join(", ");
}

function records({ stages, out }: Day, read: Read): string {
  const rows = stages.map(({ name }) => {
    const record = read<StageRecord>(`${name}.stage`);
    if (!record) return [name, "not run", "", ""];
    return [name, record.status, record.seconds, record.said?.at(-1) ?? ""];
  });
  const dates = stages.flatMap(({ name }) => read<StageRecord>(`${name}.stage`)?.date.slice(0, 10) ?? []);
  const text = `Measured ${[...new Set(dates)].join(", ")} by \`npm run gpu-day\`. ${process.version} on ${process.platform}; JSON of every stage: ${out.split("/").slice(-3).join("/")}.`;
  return section("Stages", text, ["stage", "how it ended", "s", "last line"], rows);
}

type Cell = string | number;

function section(title: string, text: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly Cell[]): string => `| ${cells.map((cell) => String(cell).replaceAll("|", "/")).join(" | ")} |`;
  const table = [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
  return [`## ${title}`, ...(text ? [text] : []), table].join("\n\n");
}

/** A number in JSON is null where it was none, such as a rate of no time at all. */
function brief(value: number | null): string {
  return value === null ? "" : String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
