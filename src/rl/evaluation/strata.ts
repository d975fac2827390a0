import type { Problem } from "../../tasks/task.ts";
import type { Measured } from "./measure.ts";
import { type PassRates, passRates } from "./rates.ts";

/** The problems of one tag, a stratum: what an evaluation measures on them. */
export interface StratumEvaluation {
  readonly tag: string;
  readonly problems: number;
  readonly passAt: PassRates;
  readonly greedy: number | undefined;
}

export interface StrataOptions {
  readonly completions: number;
  readonly ks: readonly number[];
  readonly sampled: Pick<Measured, "right">;
  readonly greedy: Pick<Measured, "right"> | undefined;
}

/** An evaluation stratum by stratum, in the order of tags. Problems without a tag are in none. */
export function evaluateStrata(problems: readonly Problem[], options: StrataOptions): StratumEvaluation[] {
  const { completions, ks, sampled, greedy } = options;
  return [...strataOf(problems)].map(([tag, indices]) => {
    const passAt = passRates(completions, pick(sampled.right, indices), ks);
    const solved = greedy && pick(greedy.right, indices).filter((right) => right > 0).length;
    return { tag, problems: indices.length, passAt, greedy: solved === undefined ? undefined : solved / indices.length };
  });
}

/** The problems of each tag, by their index, in the order of tags. */
export function strataOf(problems: readonly Problem[]): ReadonlyMap<string, readonly number[]> {
  const strata = new Map<string, number[]>();
  for (const [index, { tag }] of problems.entries()) {
    if (tag === undefined) continue;
    if (!strata.has(tag)) strata.set(tag, []);
    strata.get(tag)!.push(index);
  }
  return new Map([...strata].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function pick<Item>(items: readonly Item[], indices: readonly number[]): Item[] {
  return indices.map((index) => items[index]!);
}
