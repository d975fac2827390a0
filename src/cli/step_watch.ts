import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { Device } from "../gpu/device.ts";
import { createProfiler } from "../gpu/profile.ts";
import { chromeTrace } from "../report/chrome_trace.ts";
import { formatProfile, type Profile, type StepTime, summarizeProfile } from "../report/profile.ts";
import { UsageError } from "./errors.ts";
import { integer } from "./options.ts";

export interface WatchOptions {
  readonly profile?: number;
  readonly debugNan?: boolean;
}

/** `--profile N` and `--debug-nan`, for commands that train. */
export function addWatchOptions(command: Command): void {
  const profile = "time every kernel in N steps after two to warm up; writes profile.json and trace.json";
  command.addOption(new Option("--profile <N>", profile).argParser(integer({ min: 1 })).conflicts("debugNan"));
  command.option("--debug-nan", "stop at the first kernel that writes a number that is not finite (slow)");
}

/** Looks at training steps as they run. */
export interface StepWatch {
  step<Result>(number: number, run: () => Promise<Result>): Promise<Result>;
}

export interface WatchPlace {
  readonly device: Device;
  /** The run folder. */
  readonly dir: string;
  /** Shows a text among the run's output. */
  readonly note: (text: string) => void;
}

/** Steps before the profiled ones: one to warm up, one timed as it is. */
const WARM_UP = 2;

/** Throws UsageError where a run is too short to be profiled. `key` is the configuration's name for its steps. */
export function checkWatch({ profile }: WatchOptions, steps: number, key: string): void {
  if (profile !== undefined && profile + WARM_UP > steps) {
    throw new UsageError(
      `--profile ${profile} needs ${profile + WARM_UP} steps, ${WARM_UP} of them to warm up; ${key} is ${steps}: profile fewer, or raise it`,
    );
  }
}

/** The watch that options ask for; without any it does nothing. */
export function createStepWatch(options: WatchOptions, place: WatchPlace): StepWatch {
  if (options.profile !== undefined) return createProfileWatch(options.profile, place);
  return { step: (_number, run) => run() };
}

function createProfileWatch(count: number, { device, dir, note }: WatchPlace): StepWatch {
  const profiler = createProfiler(device);
  let plain: StepTime | undefined;
  const steps: StepTime[] = [];
  let seen = 0;

  const finish = async (): Promise<void> => {
    profiler.destroy();
    const profile: Profile = { adapter: device.name, clock: profiler.clock, plain: plain!, steps };
    const summary = summarizeProfile(profile);
    const paths = [join(dir, "profile.json"), join(dir, "trace.json")] as const;
    await writeFile(paths[0], `${JSON.stringify(summary, null, 2)}\n`);
    await writeFile(paths[1], `${JSON.stringify(chromeTrace(profile))}\n`);
    note(`\n${formatProfile(summary)}\n\nprofile: ${paths[0]}   trace for chrome://tracing or ui.perfetto.dev: ${paths[1]}\n`);
  };
  const measure = async <Result>(step: number, run: () => Promise<Result>): Promise<Result> => {
    profiler.start(plain ? "dispatches" : "submissions");
    const start = performance.now();
    const result = await run();
    const end = performance.now();
    const measured = { step, start, end, submissions: await profiler.stop() };
    if (plain) steps.push(measured);
    else plain = measured;
    if (steps.length === count) await finish();
    return result;
  };
  return {
    step: (number, run) => {
      seen += 1;
      return seen < WARM_UP || steps.length === count ? run() : measure(number, run);
    },
  };
}
