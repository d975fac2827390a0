import type { Device } from "../src/gpu/device.ts";
import type { ops } from "../src/ops/index.ts";
import { isAboveCeiling, shareOfCeiling } from "./ceiling_share.ts";
import { type Ceilings, measureCeilings } from "./ceilings.ts";
import { type Clock, type ClockName, clockOf } from "./clock.ts";
import { collectSamples, type Sample, type Spread, spreadOf } from "./sampling.ts";

/** Something that is timed: prepared once, checked once, then run again and again. */
export interface BenchCase {
  /** The op, or the path (such as "decode", of many ops), and what else tells cases apart. */
  readonly name: string;
  readonly shape: string;
  /** The op that it measures; absent for a path. */
  readonly op?: keyof typeof ops;
  /** Floating point operations of one run. */
  readonly flops: number;
  /** Bytes that one run must at least move. */
  readonly bytes: number;
  prepare(context: BenchContext): Promise<PreparedCase>;
}

export interface BenchContext {
  readonly device: Device;
  readonly clock: Clock;
}

export interface PreparedCase {
  /** Warms up, then runs once and returns the largest error relative to the largest expected value. Throws on any other fault. */
  check(): Promise<number>;
  /** The largest error that is let through. */
  readonly tolerance: number;
  /** Times one run. */
  time(): Promise<Sample>;
  /** Throws if the results have changed while they were timed. */
  recheck?(): Promise<void>;
  destroy(): void;
}

export interface BenchResult {
  readonly name: string;
  readonly shape: string;
  readonly clock: ClockName;
  readonly samples: number;
  /** Times of one run. */
  readonly milliseconds: Spread;
  /** Software adapters only: processor time of one run over the number of cores, as if no other process had run. */
  readonly uncontendedMilliseconds?: Spread;
  /** By the median of `milliseconds`. */
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
  readonly tokensPerSecond?: number;
  /** The time that the ceilings allow over the time taken, which is the uncontended one if there is one. */
  readonly fractionOfCeiling: number;
  readonly maxRelativeError: number;
  /** Paths only: the times of their parts, and the parts' shares of the time. */
  readonly details?: Readonly<Record<string, number>>;
}

/** A case that is not in the results: it was wrong, or it did not run. */
export interface BenchFailure {
  readonly name: string;
  readonly shape: string;
  readonly reason: string;
}

export interface BenchReport {
  readonly adapter: string;
  readonly driver?: string;
  readonly date: string;
  /** Toggles of Dawn's that were asked for; absent without any. */
  readonly toggles?: readonly string[];
  /** The clock of the ops. Paths end on the host and are timed by it. */
  readonly clock: ClockName;
  readonly ceilings: Ceilings;
  readonly results: readonly BenchResult[];
  readonly failures: readonly BenchFailure[];
  /** Rows above a ceiling that no cache explains; absent without any. The ceilings are then too low, or the rows' counts too high. */
  readonly aboveCeiling?: readonly string[];
  /** Why cases are missing; absent where all were run. */
  readonly brokenOff?: string;
}

export interface RunOptions {
  /** How long to time a case. */
  readonly seconds: number;
  readonly start?: (clock: ClockName, ceilings: Ceilings) => void;
  readonly result?: (result: BenchResult) => void;
  readonly failure?: (failure: BenchFailure) => void;
  /** Is given what is known after every case, marked as broken off, so that a process that is killed leaves it. */
  readonly report?: (report: BenchReport) => void | Promise<void>;
}

/**
 * Prepares, checks and times one case after the other. A case that fails is left out and reported as a failure; one that takes the device
 * with it is the last.
 */
export async function runCases(device: Device, cases: readonly BenchCase[], options: RunOptions): Promise<BenchReport> {
  const clock = clockOf(device);
  const ceilings = await measureCeilings(device, clock);
  options.start?.(clock.name, ceilings);
  const results: BenchResult[] = [];
  const failures: BenchFailure[] = [];
  const told = (best: Ceilings, brokenOff?: string) =>
    reportOf(device, { clock: clock.name, ceilings: best, results, failures, brokenOff });
  let lost: string | undefined;
  for (const [index, one] of cases.entries()) {
    try {
      const result = await runCase({ device, clock }, one, ceilings, options.seconds);
      results.push(result);
      options.result?.(result);
    } catch (error) {
      const failure = { name: one.name, shape: one.shape, reason: (error as Error).message };
      failures.push(failure);
      options.failure?.(failure);
      // On a lost device the other cases would fail too.
      lost = faultOf(device);
    }
    if (lost !== undefined) break;
    await options.report?.(told(ceilings, `${index + 1} of ${cases.length} cases had ended when this was written`));
  }
  const report = told(lost === undefined ? await measuredAgain(device, clock, ceilings) : ceilings, lost);
  clock.destroy();
  return report;
}

function reportOf(
  device: Device,
  {
    clock,
    ceilings,
    results,
    failures,
    brokenOff,
  }: Pick<BenchReport, "clock" | "ceilings" | "results" | "failures"> & { brokenOff: string | undefined },
): BenchReport {
  const { description } = device.gpu.adapterInfo;
  const rows = results.map((result) => ({ ...result, fractionOfCeiling: shareOfCeiling(result, ceilings) }));
  const above = rows.filter((result) => isAboveCeiling(result, ceilings)).map(({ name, shape }) => `${name} ${shape}`);
  return {
    adapter: device.name,
    ...(description && description !== device.name ? { driver: description } : {}),
    ...(device.toggles.length > 0 ? { toggles: device.toggles } : {}),
    date: new Date().toISOString(),
    clock,
    ceilings,
    results: rows,
    failures: [...failures],
    ...(above.length > 0 ? { aboveCeiling: above } : {}),
    ...(brokenOff === undefined ? {} : { brokenOff }),
  };
}

/** The better of these ceilings and of those at the end: a GPU raises its clocks while it works. A software GPU has no such clocks. */
async function measuredAgain(device: Device, clock: Clock, before: Ceilings): Promise<Ceilings> {
  if (device.software) return before;
  // Rows that were measured are worth keeping, even if the device is lost now.
  const after = await measureCeilings(device, clock).catch(() => before);
  return {
    gflops: Math.max(before.gflops, after.gflops),
    gigabytesPerSecond: Math.max(before.gigabytesPerSecond, after.gigabytesPerSecond),
  };
}

/** What a device failed with, if it did. */
function faultOf(device: Device): string | undefined {
  try {
    device.assertHealthy();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @throws Error when the case's result is wrong: such a case is not worth timing */
export async function runCase(context: BenchContext, one: BenchCase, ceilings: Ceilings, seconds: number): Promise<BenchResult> {
  const prepared = await one.prepare(context);
  try {
    const error = await prepared.check();
    if (!(error <= prepared.tolerance)) {
      throw new Error(`wrong: relative error is ${error.toExponential(1)}; it must be at most ${prepared.tolerance}`);
    }
    const samples = await collectSamples(`${one.name} ${one.shape}`, seconds, () => prepared.time());
    await prepared.recheck?.();
    return toResult(context, one, ceilings, samples, error);
  } finally {
    prepared.destroy();
  }
}

function toResult(
  { device, clock }: BenchContext,
  { name, shape, flops, bytes }: BenchCase,
  ceilings: Ceilings,
  samples: readonly Sample[],
  maxRelativeError: number,
): BenchResult {
  const milliseconds = spreadOf(samples.map((sample) => sample.milliseconds));
  const uncontended = device.software ? spreadOf(samples.map((sample) => sample.processorMilliseconds)) : undefined;
  const atCeiling = Math.max(flops / ceilings.gflops, bytes / ceilings.gigabytesPerSecond) / 1e6;
  const rates = samples.flatMap((sample) => (sample.tokens === undefined ? [] : [(sample.tokens / sample.milliseconds) * 1e3]));
  const details = Object.keys(samples[0]!.details ?? {}).map((key) => [key, median(samples.map((sample) => sample.details![key]!))]);
  return {
    name,
    shape,
    clock: rates.length === 0 ? clock.name : "host",
    samples: samples.length,
    milliseconds,
    ...(uncontended === undefined ? {} : { uncontendedMilliseconds: uncontended }),
    gflops: flops / milliseconds.median / 1e6,
    gigabytesPerSecond: bytes / milliseconds.median / 1e6,
    ...(rates.length === 0 ? {} : { tokensPerSecond: median(rates) }),
    fractionOfCeiling: atCeiling / (uncontended ?? milliseconds).median,
    maxRelativeError,
    ...(details.length === 0 ? {} : { details: Object.fromEntries(details) as Record<string, number> }),
  };
}

function median(values: readonly number[]): number {
  return spreadOf(values).median;
}
