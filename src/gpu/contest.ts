import { createRandom } from "../random.ts";
import type { GpuContext } from "./context.ts";
import { ShaderError } from "./errors.ts";
import type { LaunchList } from "./launch.ts";
import { createPassClock, type PassClock } from "./pass_clock.ts";
import { relativeError } from "./relative_error.ts";
import { type Pace, timeRounds } from "./timing_rounds.ts";
import { type TrialLaunch, type TrialOutput, tensorsOf, trialList, trialResults } from "./trial.ts";
import { allocateOrRefuse, type TrialMemory } from "./trial_memory.ts";

/** Kernels that compute the same outputs from the same numbers. They are compared at their real size, and those that are right are timed. */
export interface Contest {
  /** Where it is not said what an output must hold, the first entrant is trusted. */
  readonly outputs: readonly ContestOutput[];
  /** By name, the best guess first. */
  readonly entrants: Readonly<Record<string, Entrant>>;
}

export type ContestOutput = Pick<TrialOutput, "tensor"> & Partial<TrialOutput>;

export interface Entrant {
  readonly launches: readonly TrialLaunch[];
  /** Allowed max|x - y| / max|y| of each output. */
  readonly tolerance: number;
  /** Whether its sums have an order of their own. All other entrants must give the same bits. */
  readonly ownBits?: boolean;
}

/** What a contest found out about an entrant. */
export interface Outcome {
  /** The best time of one run; absent where it was not timed. */
  readonly milliseconds?: number;
  /** The largest difference to the reference over its largest value. */
  readonly error?: number;
  /** Why it cannot be taken. */
  readonly fault?: string;
}

/** An entrant whose kernels are compiled. */
interface Ready extends Entrant {
  readonly name: string;
  readonly list: LaunchList;
}

/** Compares and times entrants. @throws TrialMemoryError where the GPU has no memory for them */
export async function runContest(device: GpuContext, contest: Contest, pace: Pace): Promise<Readonly<Record<string, Outcome>>> {
  const memory = await allocateOrRefuse(device, tensorsOf(Object.values(contest.entrants).flatMap(({ launches }) => launches)));
  const clock = createPassClock(device);
  const outcomes: Record<string, Outcome> = {};
  let ready: readonly Ready[] = [];
  try {
    ready = await compileAll(device, contest, memory, outcomes);
    memory.fill();
    const right = await compareAll(device, contest, memory, ready, outcomes);
    memory.fill();
    const times = right.length > 1 ? await timeRounds(right.map(timerOf(clock)), pace) : [];
    times.forEach((milliseconds, i) => {
      const { name } = right[i]!;
      if (Number.isFinite(milliseconds)) outcomes[name] = { ...outcomes[name], milliseconds };
    });
    device.assertHealthy();
    return outcomes;
  } finally {
    for (const { list } of ready) list.destroy();
    clock.destroy();
    memory.destroy();
  }
}

/** Compiles at once what contests launch, so that nothing is compiled while they are timed. Who does not compile falls out of the contest. */
export async function compileEntrants(device: GpuContext, contests: readonly Contest[]): Promise<void> {
  const launches = contests.flatMap(({ entrants }) => Object.values(entrants).flatMap((entrant) => entrant.launches));
  await Promise.allSettled(launches.map(({ kernel, variant }) => device.kernel(kernel, variant)));
}

async function compileAll(
  device: GpuContext,
  { entrants }: Contest,
  memory: TrialMemory,
  outcomes: Record<string, Outcome>,
): Promise<Ready[]> {
  const ready: Ready[] = [];
  for (const [name, entrant] of Object.entries(entrants)) {
    try {
      ready.push({ ...entrant, name, list: await trialList(device, entrant.launches, memory) });
    } catch (error) {
      if (!(error instanceof ShaderError)) throw error;
      outcomes[name] = { fault: error.message.split("\n")[0]! };
    }
  }
  return ready;
}

/** Runs every entrant once. Returns those that are right. */
async function compareAll(
  device: GpuContext,
  contest: Contest,
  memory: TrialMemory,
  ready: readonly Ready[],
  outcomes: Record<string, Outcome>,
): Promise<readonly Ready[]> {
  const resultsOf = (entrant: Ready): Promise<readonly Float32Array[]> => {
    memory.fill(writtenBy(entrant.list));
    return trialResults(device, entrant.list, memory, contest.outputs);
  };
  let reference: { readonly entrant: Ready; readonly results: readonly Float32Array[] } | undefined;
  for (const entrant of [...ready.filter(({ ownBits }) => !ownBits), ...ready.filter(({ ownBits }) => ownBits)]) {
    const results = await resultsOf(entrant);
    const known = reference?.results;
    const errorOf = (values: Float32Array, i: number): number =>
      known ? relativeError(values, known[i]!) : spotError(contest.outputs[i]!, values, memory);
    const error = Math.max(...results.map(errorOf));
    const hasOwnBits = reference?.entrant.ownBits || entrant.ownBits;
    const fault = faultOf(entrant, error, hasOwnBits || !known || results.every((values, i) => sameBits(values, known[i]!)));
    outcomes[entrant.name] = { error, ...(fault === undefined ? {} : { fault }) };
    if (fault === undefined) reference ??= { entrant, results };
  }
  return ready.filter(({ name }) => outcomes[name]!.fault === undefined);
}

function faultOf({ tolerance }: Entrant, error: number, isSame: boolean): string | undefined {
  if (!(error <= tolerance)) return `relative error ${error.toPrecision(2)}`;
  return isSame ? undefined : OTHER_BITS;
}

/** The fault of an entrant that is right, but would change the bits of a run. */
export const OTHER_BITS = "other bits";

/** How many elements of a reference's output are computed on the host. */
const SPOTS = 256;

/** The error of some elements of an output, the first and the last among them; 0 where nothing is expected. */
function spotError({ tensor, expectedAt }: ContestOutput, values: Float32Array, memory: TrialMemory): number {
  const valueAt = expectedAt?.(memory.filledWith);
  if (!valueAt) return 0;
  const elements = tensor.bytes / 4;
  const { integer } = createRandom(1);
  const indices = Array.from({ length: SPOTS }, (_, i) => (i === 0 ? 0 : i === 1 ? elements - 1 : integer(elements)));
  return relativeError(
    indices.map((index) => values[index]!),
    indices.map(valueAt),
  );
}

function sameBits(one: Float32Array, other: Float32Array): boolean {
  const [left, right] = [one, other].map(({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length));
  return left!.every((word, i) => word === right![i]);
}

/** What the kernels of a list write. */
function writtenBy({ launches }: LaunchList): ReadonlySet<GPUBuffer> {
  return new Set(
    launches.flatMap(({ kernel, windows }) =>
      windows.filter((_, i) => kernel.bindings[i]!.access === "read_write").map(({ buffer }) => buffer),
    ),
  );
}

/** Times one entrant: so many runs in one pass. */
function timerOf(clock: PassClock): (entrant: Ready) => (repeats: number) => Promise<number> {
  return ({ list }) =>
    (repeats) =>
      clock.time("trial", (recording) => {
        for (let i = 0; i < repeats; i += 1) list.encode(recording, {});
      });
}
