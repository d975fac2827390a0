import type { OpCheck } from "./check_op.ts";

/** A check of an op with what it must keep to. The op's test and the command `verify` run the same cases. */
export interface OpCase extends OpCheck {
  /** What is special about the case, such as its sizes. The op's name and the title name the case, without commas. */
  readonly title: string;
  /** The largest error of any result; `tolerances` has those that differ. */
  readonly tolerance: number;
  readonly tolerances?: Readonly<Record<string, number>>;
  /** Compares every number by its own size, where the largest would hide the errors of the others. */
  readonly byElement?: boolean;
  /** The case names a kernel that works by subgroups. */
  readonly needsSubgroups?: boolean;
  /** The case names a kernel that only GPUs take by themselves. */
  readonly forGpus?: boolean;
  /** One of the few cases of an op that `verify --quick` runs. */
  readonly quick?: boolean;
  /** A case that takes a software adapter minutes to compile: there only its test and `verify --full` run it. */
  readonly slow?: boolean;
}

/** max |x - y| / (|y| + 0.1); infinite where x has a NaN. */
export function elementError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i += 1) {
    const error = Object.is(actual[i], expected[i]) ? 0 : Math.abs(actual[i]! - expected[i]!) / (Math.abs(expected[i]!) + 0.1);
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return worst;
}
