import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
import { compareWith, type EarlierReport, NOISE_RULE, parseReport } from "../../bench/compare.ts";
import { type BenchCase, type BenchResult, runCases } from "../../bench/harness.ts";
import { chooseCases } from "../../bench/suite.ts";
import { failureRow, heading, preamble, row } from "../../bench/table.ts";
import { openDevice } from "../node/open_device.ts";
import { FailedError, UsageError } from "./errors.ts";
import { addAdapterOption, addExamples, decimal, readUserFile } from "./options.ts";

interface BenchOptions {
  adapter: string;
  json?: string;
  compare?: string;
  seconds: number;
  list?: boolean;
}

export function register(command: Command): void {
  command
    .argument("[name...]", "only families, or cases whose name and shape contain one of these words; see --list")
    .option("--json <file>", "write the results there")
    .option("--compare <file>", "show each row's ratio to the median in an earlier --json file, and mark what moved")
    .option("--seconds <n>", "how long to time a case", decimal({ min: 0.001 }), 1)
    .option("--list", "show the cases there are, and run none")
    .action(bench);
  addAdapterOption(command);
  addExamples(command, [
    ["bench matmul", "matrix products: times, GFLOP/s, the share of what this GPU can do, and the error against double precision"],
    ["bench --json before.json", "the whole suite, minutes on a software GPU; the file is for --compare"],
    ["bench attention --compare before.json", "what became slower or faster since"],
  ]);
}

async function bench(words: readonly string[], options: BenchOptions): Promise<void> {
  const cases = asUsage(() => chooseCases(words));
  if (options.list) {
    for (const { name, shape } of cases) process.stdout.write(`${name} ${shape}\n`);
    return;
  }
  const { compare } = options;
  const text = compare === undefined ? undefined : await readUserFile(compare);
  const earlier = text === undefined ? undefined : asUsage(() => parseReport(text, compare!));
  if (options.json !== undefined && !existsSync(dirname(options.json))) {
    throw new UsageError(`There is no folder ${dirname(options.json)} for ${options.json}; make it first.`);
  }
  await measure(cases, earlier, options);
}

async function measure(cases: readonly BenchCase[], earlier: EarlierReport | undefined, options: BenchOptions): Promise<void> {
  const device = await openDevice({ adapter: options.adapter, timestamps: true });
  const show = (text: string): void => {
    process.stdout.write(`${text}\n`);
  };
  const moved: string[] = [];
  const report = await runCases(device, cases, {
    seconds: options.seconds,
    start: (clock, ceilings) => {
      show(preamble(device.name, device.software, clock, ceilings));
      if (earlier) show(`earlier   ${earlier.date} on ${earlier.adapter}; ${NOISE_RULE}`);
      show(`\n${heading(device.software, earlier !== undefined)}`);
    },
    result: (result: BenchResult) => {
      const comparison = earlier && (compareWith(earlier, result) ?? "new");
      if (typeof comparison === "object" && comparison.verdict !== "same") moved.push(comparison.verdict);
      show(row(result, comparison));
    },
    failure: (failure) => show(failureRow(failure)),
  });
  if (earlier) show(`\n${counted(moved, "slower")}, ${counted(moved, "faster")}, of ${report.results.length} rows`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  device.destroy();
  if (report.failures.length > 0) {
    throw new FailedError(
      `${report.failures.length} of ${cases.length} cases failed: ${report.failures.map(({ name, shape }) => `${name} ${shape}`).join(", ")}`,
    );
  }
}

function counted(moved: readonly string[], verdict: string): string {
  return `${moved.filter((one) => one === verdict).length} ${verdict}`;
}

/** Errors in what was given are the caller's to mend. */
function asUsage<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
