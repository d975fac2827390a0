import type { Problem } from "../../tasks/task.ts";
import { isRight } from "../advantages/index.ts";
import type { ScoredRollout } from "../sampling/dynamic_sampling.ts";
import { withoutPunishment } from "../scoring/rewards.ts";
import { bitsFromHex, bitsToHex } from "./bits.ts";
import { strataOf } from "./strata.ts";

/** A share of problems: of all, and of those of each tag. */
export interface Coverage {
  readonly all: number;
  readonly byTag: ReadonlyMap<string, number>;
}

/** Which problems a run has solved so far, at least once. */
export interface EverSolved {
  /** The held-out problems that any evaluation solved. */
  readonly heldOut: Coverage;
  /** The training problems that were sampled, that any rollout solved, and that the last rollout of them solved. */
  readonly training: { readonly seen: Coverage; readonly everSolved: Coverage; readonly solved: Coverage };
}

const RECORDS = ["heldOut", "seen", "everSolved", "solved"] as const;

/** The same as saved: a bit for each place in the list of problems, in hexadecimal digits. A problem that repeats has as many. */
export type SavedSolved = Readonly<Record<(typeof RECORDS)[number], string>>;

/** Keeps account of which problems are solved. */
export interface SolvedRecord {
  /** Notes what a step sampled. */
  sampled(rollout: ScoredRollout): void;
  /** Notes which of the held-out problems an evaluation solved. */
  evaluated(solved: readonly boolean[]): void;
  /** Undefined where the record does not reach back to the run's beginning. */
  shares(): EverSolved | undefined;
  save(): SavedSolved | undefined;
  /** Goes on from what was saved. A run that was saved without a record, or with one of other problems, has none from then on. */
  load(saved: SavedSolved | undefined, step: number): void;
}

type Bits = Record<(typeof RECORDS)[number], boolean[]>;

/** A record of a run's training problems, of which each counts once however often it repeats, and of the problems that it evaluates on. */
export function recordSolved(training: readonly Problem[], heldOut: readonly Problem[]): SolvedRecord {
  const different = [...new Set(training)];
  const indexOf = new Map(different.map((problem, index) => [problem, index]));
  const places = { heldOut: heldOut.map((_, index) => index), training: training.map((problem) => indexOf.get(problem)!) };
  const placesOf = (name: keyof Bits): readonly number[] => places[name === "heldOut" ? "heldOut" : "training"];
  const each = <Value>(make: (name: keyof Bits) => Value) =>
    Object.fromEntries(RECORDS.map((name) => [name, make(name)])) as Record<keyof Bits, Value>;
  const empty = (): Bits => each((name) => Array<boolean>((name === "heldOut" ? heldOut : different).length).fill(false));
  const strata = { training: strataOf(different), heldOut: strataOf(heldOut) };
  let bits: Bits | undefined = empty();
  return {
    sampled: (rollout) => {
      if (bits) for (const [problem, solved] of outcomes(rollout)) note(bits, indexOf.get(problem), solved);
    },
    evaluated: (solved) => {
      if (bits) for (const [index, one] of solved.entries()) bits.heldOut[index] ||= one;
    },
    shares: () =>
      bits && {
        heldOut: coverage(bits.heldOut, strata.heldOut),
        training: {
          seen: coverage(bits.seen, strata.training),
          everSolved: coverage(bits.everSolved, strata.training),
          solved: coverage(bits.solved, strata.training),
        },
      },
    save: () => {
      const saved = bits;
      return saved && each((name) => bitsToHex(placesOf(name).map((index) => saved[name][index]!)));
    },
    load: (saved, step) => {
      const lists = saved && each((name) => bitsFromHex(saved[name], placesOf(name).length));
      if (!lists) bits = step === 0 ? empty() : undefined;
      else bits = RECORDS.every((name) => lists[name]) ? each((name) => gathered(lists[name]!, placesOf(name))) : undefined;
    },
  };
}

/** Whether the completions of each problem of a rollout solve it at least once, whatever their length, as in evaluations. */
function outcomes({ entries, scores }: ScoredRollout): Map<Problem, boolean> {
  const { rewards } = withoutPunishment(scores);
  const solved = new Map<Problem, boolean>();
  for (const [i, { problem }] of entries.entries()) solved.set(problem, (solved.get(problem) ?? false) || isRight(rewards[i]!));
  return solved;
}

/** The bit of each problem from those of its places. Checkpoints of older releases set the last place alone. */
function gathered(bits: readonly boolean[], places: readonly number[]): boolean[] {
  const own: boolean[] = [];
  for (const [place, index] of places.entries()) own[index] = (own[index] ?? false) || bits[place]!;
  return own;
}

function note(bits: Bits, index: number | undefined, solved: boolean): void {
  if (index === undefined) return;
  bits.seen[index] = true;
  bits.solved[index] = solved;
  bits.everSolved[index] ||= solved;
}

function coverage(bits: readonly boolean[], strata: ReadonlyMap<string, readonly number[]>): Coverage {
  const share = (indices: readonly number[]): number => indices.filter((index) => bits[index]).length / indices.length;
  const all = bits.filter(Boolean).length / Math.max(1, bits.length);
  return { all, byTag: new Map([...strata].map(([tag, indices]) => [tag, share(indices)])) };
}
