import { createTrials, type Trials, whatIsWrong } from "./candidate_checks.ts";
import type { GpuContext } from "./context.ts";
import type { TuneRequest } from "./tune_request.ts";
import { choiceOf, inOrderOf, isTimed, type Timing, timeAll } from "./tuning_choices.ts";
import { type Choice, createTuningRecord, type TuningStore } from "./tuning_record.ts";

export type { Candidate, TuneRequest } from "./tune_request.ts";

export interface TuningOptions extends Timing {
  readonly store?: TuningStore | undefined;
  /** Whether candidates are timed. "auto" times them on hardware only, "force" even where a choice is known. */
  readonly mode?: "off" | "on" | "auto" | "force" | undefined;
  /** Names the version of Dawn, whose compiler choices depend on. */
  readonly dawn?: string | undefined;
}

/** What is known of an adapter: which kernels are right on it, and which are fastest. */
export interface Tuning {
  /** Whether candidates are timed. */
  readonly measures: boolean;
  /** Answers the requests that have no answer yet, by trials on the device. */
  settle(requests: readonly TuneRequest[]): Promise<void>;
  /** The candidate to use. Undefined where none is right or the key was never asked: the caller then takes its plain way. */
  choice(key: string): string | undefined;
  /** The choices that were made by timing, by timeKey. Those of earlier processes are among them, unless the mode is "force". */
  choices(): Promise<Readonly<Record<string, Choice>>>;
}

/** Whether a mode times candidates on an adapter. */
export function timesOn({ software }: Pick<GpuContext, "software">, { mode = "auto" }: TuningOptions): boolean {
  return mode === "on" || mode === "force" || (mode === "auto" && !software);
}

export function createTuning(device: GpuContext, options: TuningOptions): Tuning {
  const measures = timesOn(device, options);
  const record = createTuningRecord(device, { ...options, forget: options.mode === "force" });
  const trials = createTrials(device, record);
  const timed = (request: TuneRequest): boolean => measures && isTimed(request, options);
  const choices = new Map<string, string | undefined>();
  let queue: Promise<void> = Promise.resolve();

  const settleAll = async (requests: readonly TuneRequest[]): Promise<void> => {
    await record.load();
    const unanswered = requests.filter(({ key }, i) => !choices.has(key) && requests.findIndex((other) => other.key === key) === i);
    try {
      await timeAll(trials, unanswered.filter(timed), options);
      for (const request of unanswered) choices.set(request.key, await answer(trials, request, timed(request)));
    } finally {
      await record.save();
    }
  };
  return {
    measures,
    settle: (requests) => {
      if (requests.every(({ key }) => choices.has(key))) return Promise.resolve();
      // Requests wait for one another, because simultaneous trials would disturb each other's times.
      const settled = queue.then(() => settleAll(requests));
      queue = settled.catch(() => undefined);
      return settled;
    },
    choice: (key) => choices.get(key),
    choices: async () => {
      await record.load();
      return record.choices();
    },
  };
}

/** The first candidate that is right, in the order given or, where candidates were timed, from the choice on. */
async function answer(trials: Trials, request: TuneRequest, isTimed: boolean): Promise<string | undefined> {
  const choice = isTimed ? choiceOf(trials, request) : undefined;
  for (const candidate of choice ? inOrderOf(choice, request.candidates) : request.candidates) {
    if ((await whatIsWrong(trials, candidate)) === null) return candidate.name;
  }
  return undefined;
}
