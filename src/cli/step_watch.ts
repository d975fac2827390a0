import { join } from "node:path";
import { type Command, Option } from "commander";
import type { Device } from "../gpu/device.ts";
import { createNanCheck } from "../gpu/nan_check.ts";
import { createProfiler } from "../gpu/profile.ts";
import { writeWhole } from "../io/write_whole.ts";
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
  const profile = "time every kernel of N steps, after two steps to warm up; writes profile.json and trace.json";
  command.addOption(new Option("--profile <N>", profile).argParser(integer({ min: 1 })).conflicts("debugNan"));
  command.option("--debug-nan", "stop at the first kernel that writes a number that is not finite (slow)");
}

/** Looks at training steps as they run. */
export interface StepWatch {
  /** Runs a step. `show` gets what there is to say after it. */
  step<Result>(number: number, run: () => Promise<Result>, show: Show): Promise<Result>;
  /** Call it after the last step, also where the run ends early. */
  end(show: Show): Promise<void>;
}

type Show = (text: string) => void;

export interface WatchPlace {
  readonly device: Device;
  /** The run folder. */
  readonly dir: string;
}

/** Steps before the profiled ones: the first warms up, and the second is timed as a whole. */
const WARM_UP = 2;

/** Throws UsageError where a run is too short to be profiled. `key` is the configuration's name for its steps. */
export function checkWatch({ profile }: WatchOptions, steps: number, key: string): void {
  if (profile !== undefined && profile + WARM_UP > steps) {
    throw new UsageError(
      `--profile ${profile} needs ${profile + WARM_UP} steps, ${WARM_UP} of them to warm up; ${key} is ${steps}; profile fewer steps, or raise ${key}`,
    );
  }
}

/** The watch that the options ask for; without such options it does nothing. Create it before the first step that it should see. */
export async function createStepWatch(options: WatchOptions, place: WatchPlace): Promise<StepWatch> {
  if (options.debugNan) return createNanWatch(place);
  if (options.profile !== undefined) return createProfileWatch(options.profile, place);
  return { step: (_number, run) => run(), end: async () => {} };
}

async function createNanWatch({ device }: WatchPlace): Promise<StepWatch> {
  const check = await createNanCheck(device);
  return {
    step: async (number, run) => {
      check.place = `step ${number}`;
      const result = await run();
      await check.settled();
      check.place = `after step ${number}`;
      return result;
    },
    end: async () => {},
  };
}

function createProfileWatch(count: number, { device, dir }: WatchPlace): StepWatch {
  const profiler = createProfiler(device);
  const steps: StepTime[] = [];
  let plain: StepTime | undefined;
  let seen = 0;
  let isFinished = false;

  const finish = async (show: Show): Promise<void> => {
    isFinished = true;
    profiler.destroy();
    if (plain && steps.length > 0) show(await writeProfile(dir, { adapter: device.name, clock: profiler.clock, plain, steps }));
    else show(`no profile: the run ended after ${seen} steps, and the first ${WARM_UP} only warm up`);
  };
  const measure: StepWatch["step"] = async (step, run, show) => {
    profiler.start(plain ? "dispatches" : "submissions");
    const start = performance.now();
    const result = await run();
    const end = performance.now();
    const submissions = await profiler.stop();
    if (plain) steps.push({ step, start, end, submissions });
    else plain = { step, start, end, submissions };
    if (steps.length === count) await finish(show);
    return result;
  };
  return {
    step: (number, run, show) => {
      seen += 1;
      return seen < WARM_UP || isFinished ? run() : measure(number, run, show);
    },
    end: async (show) => {
      if (!isFinished) await finish(show);
    },
  };
}

/** Writes both files and returns what to show. */
async function writeProfile(dir: string, profile: Profile): Promise<string> {
  const summary = summarizeProfile(profile);
  const [summaryPath, tracePath] = [join(dir, "profile.json"), join(dir, "trace.json")];
  await writeWhole(summaryPath, `${JSON.stringify(summary, null, 2)}\n`);
  await writeWhole(tracePath, `${JSON.stringify(chromeTrace(profile))}\n`);
  const files = `profile: ${summaryPath}   trace for chrome://tracing or ui.perfetto.dev: ${tracePath}`;
  return `\n${formatProfile(summary)}\n\n${files}\n`;
}
