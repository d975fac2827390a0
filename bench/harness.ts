import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import benny from "benny";
import type { Device } from "../src/gpu/device.ts";
import { submitPass } from "../src/gpu/launch.ts";
import { openDevice } from "../src/node/open_device.ts";
import { type Ceilings, measureCeilings, processorMilliseconds } from "./ceilings.ts";

/** Work on the GPU that is timed: prepared once, checked once against double precision, then encoded again and again. */
export interface BenchCase {
  /** What runs: the op, and what else tells cases apart. */
  readonly name: string;
  readonly shape: string;
  /** Floating point operations of one run. */
  readonly flops: number;
  /** Bytes that one run must at least move. */
  readonly bytes: number;
  prepare(device: Device): Promise<PreparedCase>;
}

export interface PreparedCase {
  encode(pass: GPUComputePassEncoder): void;
  /** The largest error of the result relative to the largest expected value, after at least one run. */
  maxRelativeError(): Promise<number>;
  destroy(): void;
}

export interface BenchResult {
  readonly name: string;
  readonly shape: string;
  /** Of one run, on the wall clock. */
  readonly milliseconds: { readonly median: number; readonly min: number; readonly max: number };
  /** Software adapters only: processor time of one run over the number of cores, what a run would take if no other process ran. */
  readonly uncontendedMilliseconds?: number;
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
  /** The time that the ceilings allow over the time taken: the uncontended one on software adapters, else the median. */
  readonly fractionOfCeiling: number;
  readonly maxRelativeError: number;
}

export interface BenchReport {
  readonly adapter: string;
  readonly date: string;
  readonly ceilings: Ceilings;
  readonly results: readonly BenchResult[];
}

/** A wrong result is not worth timing. */
const TOLERANCE = 1e-4;

/** One submission holds as many runs as take about this long, so that submitting is not what is measured. */
const SUBMISSION_MILLISECONDS = 4;

/**
 * Checks all cases, then times them by benny, one after the other, and calls `report` after each.
 * @throws Error when a case's result is wrong
 */
export async function runCases(
  device: Device,
  title: string,
  cases: readonly BenchCase[],
  options: { readonly seconds: number; readonly report: (result: BenchResult) => void },
): Promise<BenchReport> {
  const ceilings = await measureCeilings(device);
  const timers: Timer[] = [];
  const results: BenchResult[] = [];
  try {
    for (const one of cases) timers.push(await createTimer(device, one));
    const finish = ({ details }: { readonly details: Details }): void => {
      const result = timers[results.length]!.result(details, ceilings);
      results.push(result);
      options.report(result);
    };
    const tests = timers.map(({ name, call }) => benny.add(name, () => call, { minTime: 0.02, maxTime: options.seconds, minSamples: 7 }));
    await benny.suite(title, ...tests, benny.cycle(finish));
  } finally {
    for (const timer of timers) timer.destroy();
  }
  return { adapter: device.name, date: new Date().toISOString(), ceilings, results };
}

/** Seconds of one call, as benny gives them. */
type Details = { readonly median: number; readonly min: number; readonly max: number };

interface Timer {
  readonly name: string;
  readonly call: () => Promise<void>;
  result(details: Details, ceilings: Ceilings): BenchResult;
  destroy(): void;
}

/** Prepares and checks a case; its call is one submission of as many runs as take SUBMISSION_MILLISECONDS. */
async function createTimer(device: Device, { name, shape, flops, bytes, prepare }: BenchCase): Promise<Timer> {
  const prepared = await prepare(device);
  const runs = async (count: number): Promise<void> => {
    submitPass(device, name, (pass) => {
      for (let i = 0; i < count; i += 1) prepared.encode(pass);
    });
    await device.gpu.queue.onSubmittedWorkDone();
  };
  await runs(1);
  const maxRelativeError = await prepared.maxRelativeError();
  if (!(maxRelativeError < TOLERANCE)) throw new Error(`${name} ${shape}: relative error ${maxRelativeError} on ${device.name}`);
  const start = performance.now();
  await runs(1);
  const count = Math.max(1, Math.round(SUBMISSION_MILLISECONDS / (performance.now() - start)));
  let calls = 0;
  let processor = 0;
  let failure: unknown;
  return {
    name: `${name} ${shape}`,
    call: async () => {
      const before = processorMilliseconds();
      // Kept for result(), because benny waits forever for a call that throws.
      await runs(count).catch((error: unknown) => {
        failure ??= error;
      });
      processor += processorMilliseconds() - before;
      calls += 1;
    },
    result: (details, ceilings) => {
      if (failure) throw failure;
      const [median, min, max] = [details.median, details.min, details.max].map((value) => (value * 1e3) / count) as [
        number,
        number,
        number,
      ];
      const uncontended = device.software ? processor / calls / count : undefined;
      const atCeiling = Math.max(flops / ceilings.gflops, bytes / ceilings.gigabytesPerSecond) / 1e6;
      return {
        name,
        shape,
        milliseconds: { median, min, max },
        ...(uncontended === undefined ? {} : { uncontendedMilliseconds: uncontended }),
        gflops: flops / median / 1e6,
        gigabytesPerSecond: bytes / median / 1e6,
        fractionOfCeiling: atCeiling / (uncontended ?? median),
        maxRelativeError,
      };
    },
    destroy: () => prepared.destroy(),
  };
}

const USAGE = `[NAME...] [--json FILE] [--seconds N] [--adapter NAME]
  NAME       only cases whose name or shape contains one of these words
  --json     write the results there
  --seconds  how long to time a case (default 1)
  --adapter  as ENTROPIC_ADAPTER: auto, hardware, software, or a part of a name`;

/** The command line of a file in bench/: times the cases, prints a row each, writes JSON where asked. Sets the exit code. */
export async function main(title: string, cases: readonly BenchCase[], argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: "string" }, seconds: { type: "string" }, adapter: { type: "string" }, help: { type: "boolean" } },
    });
    const seconds = Number(values.seconds ?? 1);
    const chosen = cases.filter((one) => positionals.length === 0 || positionals.some((word) => `${one.name} ${one.shape}`.includes(word)));
    if (values.help || !(seconds > 0) || chosen.length === 0) {
      process.stdout.write(`usage: ${USAGE}\n`);
      process.exitCode = values.help ? 0 : 2;
      return;
    }
    const device = await openDevice({ adapter: values.adapter });
    process.stdout.write(`${device.name}\n${heading(device.software)}\n`);
    const report = await runCases(device, title, chosen, { seconds, report: (result) => process.stdout.write(`${row(result)}\n`) });
    const { gflops, gigabytesPerSecond } = report.ceilings;
    process.stdout.write(`ceilings: ${gflops.toFixed(1)} GFLOP/s of fma, ${gigabytesPerSecond.toFixed(1)} GB/s of copying\n`);
    if (values.json) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
    device.destroy();
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message}\n`);
    process.exitCode = (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS") ? 2 : 1;
  }
}

function heading(software: boolean): string {
  const columns = ["case".padEnd(44), "median ms".padStart(10), "[min - max]".padStart(19), "GFLOP/s".padStart(9), "GB/s".padStart(7)];
  return [...columns, "of ceiling".padStart(11), "error".padStart(9), ...(software ? ["GFLOP/s uncontended".padStart(20)] : [])].join("");
}

function row(result: BenchResult): string {
  const { median, min, max } = result.milliseconds;
  const alone = result.uncontendedMilliseconds;
  const columns = [
    `${result.name} ${result.shape}`.padEnd(44),
    median.toFixed(3).padStart(10),
    `[${min.toFixed(2)} - ${max.toFixed(2)}]`.padStart(19),
    result.gflops.toFixed(1).padStart(9),
    result.gigabytesPerSecond.toFixed(1).padStart(7),
    `${(100 * result.fractionOfCeiling).toFixed(0)}%`.padStart(11),
    result.maxRelativeError.toExponential(0).padStart(9),
  ];
  if (alone !== undefined) columns.push(((result.gflops * median) / alone).toFixed(1).padStart(20));
  return columns.join("");
}
