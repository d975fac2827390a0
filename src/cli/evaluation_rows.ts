import type { Evaluation } from "../rl/evaluation/evaluate.ts";
import type { AtTemperature } from "../rl/evaluation/further.ts";
import type { PassRates, Rate } from "../rl/evaluation/rates.ts";

/** A measure in words, and its value with the standard error over problems. */
export type MeasureRow = readonly [measure: string, value: string];

/** What an evaluation measured at its own temperature: pass@1 sampled and greedy, then pass@k. */
export function ownRows(evaluation: Evaluation): MeasureRow[] {
  const { passAt, greedy, greedyError } = evaluation;
  const problems = problemsOf(evaluation);
  const greedyRate = greedy === undefined ? undefined : { mean: greedy, error: greedyError ?? 0 };
  return [
    ["pass@1, sampled", rate(passAt.get(1)!, problems)],
    ["pass@1, greedy", greedyRate ? rate(greedyRate, problems) : "-"],
    ...furtherPasses("", passAt, problems),
  ];
}

/** How many problems an evaluation took. */
export function problemsOf({ entries, k }: Pick<Evaluation, "entries" | "k">): number {
  return entries.length / k;
}

/** "1 problem", "24 problems". */
export function counted(problems: number): string {
  return `${problems} ${problems === 1 ? "problem" : "problems"}`;
}

/** A standard error over problems; one problem tells none. */
export function errorShown(error: number, problems: number): string {
  return problems > 1 ? error.toFixed(3) : "-";
}

/** What was measured at other temperatures, given or found by an entropy. One that was not found is left out. */
export function furtherRows(evaluation: Evaluation): MeasureRow[] {
  const { atTemperatures, atEntropies } = evaluation.further;
  const problems = problemsOf(evaluation);
  return [
    ...atTemperatures.flatMap((at) => [...passRows(`T ${at.temperature}`, at, problems), entropyRow(`T ${at.temperature}`, at)]),
    ...atEntropies.flatMap(({ target, found }) => (found ? matchedRows(target, found, problems) : [])),
  ];
}

/** What was measured on the problems of each tag. */
export function strataRows({ strata }: Evaluation): MeasureRow[] {
  return strata.flatMap(({ tag, problems, passAt, greedy }) => {
    const place = `${tag} (${counted(problems)})`;
    const greedyRow: MeasureRow[] = greedy === undefined ? [] : [[`pass@1, greedy, ${place}`, greedy.toFixed(3)]];
    const sampledRow: MeasureRow = [`pass@1, ${place}`, rate(passAt.get(1)!, problems)];
    return [sampledRow, ...greedyRow, ...furtherPasses(`, ${place}`, passAt, problems)];
  });
}

/** What the run solved at least once, against what it solves now, of the problems of each tag. */
export function solvedRows({ strata, k, everSolved }: Evaluation): MeasureRow[] {
  if (!everSolved) return [];
  const { heldOut, training } = everSolved;
  return strata.flatMap(({ tag, passAt }): MeasureRow[] => [
    [`held out, ${tag}: ever solved / solved`, pair(heldOut.byTag.get(tag), passAt.get(k)!.mean)],
    [`training, ${tag}: ever solved / solved when last sampled`, pair(training.everSolved.byTag.get(tag), training.solved.byTag.get(tag))],
  ]);
}

function pair(...shares: readonly (number | undefined)[]): string {
  return shares.map((share) => share?.toFixed(3) ?? "-").join(" / ");
}

function matchedRows(target: number, found: AtTemperature, problems: number): MeasureRow[] {
  const place = `entropy ${target} (T ${Number(found.temperature.toPrecision(3))})`;
  return [...passRows(place, found, problems), entropyRow(`entropy ${target}, measured`, found)];
}

function passRows(place: string, { passAt }: AtTemperature, problems: number): MeasureRow[] {
  return [[`pass@1 at ${place}`, rate(passAt.get(1)!, problems)], ...furtherPasses(` at ${place}`, passAt, problems)];
}

function entropyRow(place: string, { entropy }: AtTemperature): MeasureRow {
  return [place.startsWith("entropy") ? place : `entropy at ${place}`, entropy.toFixed(3)];
}

function furtherPasses(place: string, passAt: PassRates, problems: number): MeasureRow[] {
  return [...passAt].filter(([k]) => k > 1).map(([k, value]) => [`pass@${k}${place}`, rate(value, problems)]);
}

function rate({ mean, error }: Rate, problems: number): string {
  return `${mean.toFixed(3)} ± ${errorShown(error, problems)}`;
}
