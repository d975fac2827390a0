import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { type Command, Option } from "commander";
import { compareWith, type EarlierReport, NOISE_RULE, parseReport } from "../../bench/compare.ts";
import { type BenchCase, type BenchReport, type BenchResult, runCases } from "../../bench/harness.ts";
import { drawRoofline } from "../../bench/roofline.ts";
import { chooseCases } from "../../bench/suite.ts";
import { failureRow, heading, preamble, row } from "../../bench/table.ts";
import type { Device } from "../gpu/device.ts";
import { writeWhole } from "../io/write_whole.ts";
import { wordsOf } from "../node/environment.ts";
import { svgToPng } from "../report/png.ts";
import { benchTuner } from "./bench_tuner.ts";
import { FailedError, UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, decimal, readUserFile } from "./options.ts";
import { fromUser, openNamedDevice } from "./user_input.ts";

interface BenchOptions {
  adapter: string;
  json?: string;
  compare?: string;
  seconds: number;
  toggles?: string;
  list?: boolean;
  tuner?: boolean;
  plot?: string;
}

export function register(command: Command): void {
  command
    .argument("[name...]", "families, or words that the name and shape of a case contain (default: all cases); see --list")
    .option("--json <file>", "write the results to this file")
    .option("--compare <file>", "show each row's ratio to the median in an earlier --json file, and mark what moved")
    .option("--seconds <n>", "how long to time a case", decimal({ min: 0.001 }), 1)
    .option("--toggles <list>", "turn on toggles of Dawn's, or off with a leading -, for this run (as ENTROPIC_TOGGLES does)")
    .option("--plot <file>", "draw the rows below this GPU's ceilings (a roofline), as .svg or .png")
    .addOption(new Option("--list", "list the cases, and run none").conflicts(["json", "compare", "seconds", "toggles", "plot"]))
    .addOption(
      new Option("--tuner", "show which kernels tuning chose and why; names are shapes of models to tune for: S, M, L, Qwen").conflicts([
        ...["list", "compare", "seconds", "toggles", "plot"],
      ]),
    )
    .action(bench);
  addAdapterOption(command);
  addExamples(command, [
    ["bench matmul", "matrix products: times, GFLOP/s, the share of what this GPU can do, and the error against double precision"],
    ["bench --json before.json", "the whole suite, minutes on a software GPU; the file is for --compare"],
    ["bench matmul attention --plot roofline.svg", "a picture of how near each of these comes to what this GPU can do"],
    ["bench S Qwen --tuner", "which kernels are fastest on this GPU for training and decoding models of these shapes"],
    ["bench attention --compare before.json", "what became slower or faster since"],
  ]);
}

async function bench(words: readonly string[], options: BenchOptions): Promise<void> {
  checkFiles(options);
  if (options.tuner) return benchTuner(words, options);
  const cases = await fromUser(() => chooseCases(words));
  if (options.list) {
    for (const { name, shape } of cases) show(`${name} ${shape}`);
    return;
  }
  const { compare } = options;
  const text = compare === undefined ? undefined : await readUserFile(compare);
  const earlier = text === undefined ? undefined : await fromUser(() => parseReport(text, compare!));
  await measure(cases, earlier, options);
}

/** Refuses files that could not be written, before anything is measured. */
function checkFiles(options: BenchOptions): void {
  for (const file of [options.json, options.plot]) {
    if (file !== undefined && !existsSync(dirname(file)))
      throw new UsageError(`There is no folder ${dirname(file)} for ${file}; make it first.`);
  }
  if (options.plot !== undefined && !/\.(svg|png)$/.test(options.plot)) {
    throw new UsageError(`--plot is ${options.plot}; it must end with .svg or .png`);
  }
}

async function measure(cases: readonly BenchCase[], earlier: EarlierReport | undefined, options: BenchOptions): Promise<void> {
  const toggles = options.toggles === undefined ? {} : { toggles: wordsOf(options.toggles) };
  const device = await openNamedDevice({ adapter: options.adapter, timestamps: true, ...toggles });
  const keep = async (now: BenchReport): Promise<void> => {
    if (options.json !== undefined) await writeWhole(options.json, `${JSON.stringify(now, undefined, 2)}\n`);
  };
  const report = await runCases(device, cases, {
    seconds: options.seconds,
    start: (clock, ceilings) => {
      show(preamble(device, clock, ceilings));
      if (earlier) show(`earlier   ${earlier.date} on ${earlier.adapter}; ${NOISE_RULE}`);
      show(`\n${heading(device.software, earlier !== undefined)}`);
    },
    result: (result) => show(row(result, earlier && (compareWith(earlier, result) ?? "new"))),
    failure: (failure) => show(failureRow(failure)),
    report: keep,
  });
  await keep(report);
  if (report.aboveCeiling) show(`\nabove their ceilings, which must be too low: ${report.aboveCeiling.join(", ")}`);
  if (options.plot !== undefined && report.results.length > 0) await plot(report, options.plot);
  if (earlier && report.brokenOff === undefined) await confirm(device, cases, earlier, report, options);
  device.destroy();
  if (report.brokenOff !== undefined) {
    const ended = report.results.length + report.failures.length;
    throw new FailedError(`broke off after ${ended} of ${cases.length} cases: ${report.brokenOff.split("\n")[0]}`);
  }
  if (report.failures.length === 0) return;
  const names = report.failures.map(({ name, shape }) => `${name} ${shape}`);
  throw new FailedError(`${names.length} of ${cases.length} cases failed: ${names.join(", ")}`);
}

async function plot(report: BenchReport, file: string): Promise<void> {
  const svg = await drawRoofline(report);
  await writeWhole(file, file.endsWith(".png") ? await svgToPng(svg) : svg);
  show(`\n${file}`);
}

/** Times again the rows that seem to have moved, because another program on the machine can slow down all samples of one row. */
async function confirm(
  device: Device,
  cases: readonly BenchCase[],
  earlier: EarlierReport,
  { results }: BenchReport,
  { seconds }: BenchOptions,
): Promise<void> {
  const verdicts = new Map(results.map((result) => [nameOf(result), compareWith(earlier, result)?.verdict ?? "same"]));
  const suspects = cases.filter((one) => ["slower", "faster"].includes(verdicts.get(nameOf(one)) ?? "same"));
  const moved: Record<"slower" | "faster", string[]> = { slower: [], faster: [] };
  if (suspects.length > 0) {
    show("\ntimed again, because it seems to have moved:");
    const result = (again: BenchResult): void => {
      const comparison = compareWith(earlier, again)!;
      const { verdict } = comparison;
      show(row(again, comparison));
      if (verdict !== "same" && verdict === verdicts.get(nameOf(again))) moved[verdict].push(nameOf(again));
    };
    await runCases(device, suspects, { seconds, result, failure: (failure) => show(failureRow(failure)) });
  }
  const lines = Object.entries(moved).map(([verdict, names]) => `${verdict} both times: ${names.join(", ") || "nothing"}`);
  show(`\n${lines.join("\n")}`);
}

function nameOf({ name, shape }: { readonly name: string; readonly shape: string }): string {
  return `${name} ${shape}`;
}

function show(text: string): void {
  process.stdout.write(`${text}\n`);
}
