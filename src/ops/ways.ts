import type { HostArray } from "../gpu/buffer.ts";
import type { Contest, Entrant } from "../gpu/contest.ts";
import type { TrialLaunch } from "../gpu/trial.ts";
import type { TrialTensor } from "../gpu/trial_memory.ts";
import type { TuneRequest } from "../gpu/tuning.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import { type AnyCall, toTrialLaunches } from "./trial_calls.ts";

/** The ways in which an op may launch its kernels, by name, the best guess first: it is taken wherever nothing was timed. */
export type Ways<Known extends AnyCall> = Readonly<Record<string, (call: Known) => readonly Dispatch[]>>;

/** What tuning is asked about an op: which of its ways is the fastest for a class of calls. */
export interface WaysQuestion<Known extends AnyCall> {
  /** Names the class of calls that share an answer: the op, and whatever the best way may depend on (sizes to a power of two, say). */
  readonly key: string;
  readonly ways: Ways<Known>;
  /** A call of that class, as large as a trial may be; see trial_calls.ts. */
  readonly timed: () => Known;
  /** The outputs that are compared. The first way is trusted, and the others are compared with it. */
  readonly outputs: (call: Known) => readonly Tensor[];
  /** What inputs hold in the trial, by name, where random numbers in [-1, 1) do not suit them. */
  readonly contents?: Readonly<Record<string, (elements: number) => HostArray>>;
  /** Allowed max|x - y| / max|y| among ways. */
  readonly tolerance: number;
  /** Whether ways give different bits, since they add in different orders. Such ways are timed only where the user asked for all. */
  readonly changesBits: boolean;
}

/** The way that was chosen, else the best guess. */
export function chosenWay<Way>(key: string, ways: Readonly<Record<string, Way>>, { tuning }: Pick<DeviceTraits, "tuning">): Way {
  return ways[tuning.choice(key) ?? ""] ?? Object.values(ways)[0]!;
}

/** What an op's `tune` returns. Nothing is asked where nothing is timed, or where there is one way. */
export function askWays<Known extends AnyCall>(question: WaysQuestion<Known>, { tuning }: Pick<DeviceTraits, "tuning">): TuneRequest[] {
  const { key, ways, changesBits } = question;
  const names = Object.keys(ways);
  if (!tuning.measures || names.length < 2) return [];
  const timed = question.timed();
  const candidates = names.map((name) => ({
    name,
    kernels: ways[name]!(timed).map(({ kernel }) => (typeof kernel === "string" ? kernel : kernel.name)),
    checkKey: `${key}: ${name}`,
  }));
  return [{ key, candidates, changesBits, contest: () => contestOf(question, timed) }];
}

function contestOf<Known extends AnyCall>(question: WaysQuestion<Known>, call: Known): Contest {
  const { ways, outputs, contents = {}, tolerance, changesBits } = question;
  const special = new Map(
    Object.entries(contents).flatMap(([name, values]) => {
      const storage = call.inputs[name]?.storage;
      return storage ? [[storage as object, values] as const] : [];
    }),
  );
  const withContents = (tensor: TrialTensor): TrialTensor => {
    const { storage, bytes, dtype } = tensor;
    return { storage, bytes, ...(dtype && { dtype }), contents: special.get(storage) };
  };
  const entrantOf = (launches: readonly TrialLaunch[]): Entrant => ({
    launches: launches.map((launch) => ({
      ...launch,
      bindings: Object.fromEntries(Object.entries(launch.bindings).map(([name, tensor]) => [name, withContents(tensor)])),
    })),
    tolerance,
    ownBits: changesBits,
  });
  return {
    outputs: outputs(call).map((tensor) => ({ tensor: withContents(tensor) })),
    entrants: Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, entrantOf(toTrialLaunches(way(call)))])),
  };
}
