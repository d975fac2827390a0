import type { Evaluation } from "../rl/evaluation/evaluate.ts";
import type { AtTemperature } from "../rl/evaluation/further.ts";
import type { PassRates, Rate } from "../rl/evaluation/rates.ts";

/** A measure in words, and its value with the standard error over problems. */
export type MeasureRow = readonly [measure: string, value: string];

/** What an evaluation measured at its own temperature: pass@1 sampled and greedy, then pass@k. */
export function ownRows({ passAt, greedy, greedyError }: Evaluation): MeasureRow[] {
  const greedyRate = greedy === undefined ? undefined : { mean: greedy, error: greedyError ?? 0 };
  return [["pass@1, sampled", rate(passAt.get(1)!)], ["pass@1, greedy", greedyRate ? rate(greedyRate) : "-"], ...furtherPasses("", passAt)];
}

/** What was measured at other temperatures, given or found by an entropy. One that was not found is left out. */
export function furtherRows({ further }: Evaluation): MeasureRow[] {
  return [
    ...further.atTemperatures.flatMap((at) => [...passRows(`T ${at.temperature}`, at), entropyRow(`T ${at.temperature}`, at)]),
    ...further.atEntropies.flatMap(({ target, found }) => (found ? matchedRows(target, found) : [])),
  ];
}

/** What was measured on the problems of each tag. */
export function strataRows({ strata }: Evaluation): MeasureRow[] {
  return strata.flatMap(({ tag, problems, passAt, greedy }) => {
    const place = `${tag} (${problems} problems)`;
    const greedyRow: MeasureRow[] = greedy === undefined ? [] : [[`pass@1, greedy, ${place}`, greedy.toFixed(3)]];
    return [[`pass@1, ${place}`, rate(passAt.get(1)!)], ...greedyRow, ...furtherPasses(`, ${place}`, passAt)] as MeasureRow[];
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

function matchedRows(target: number, found: AtTemperature): MeasureRow[] {
  const place = `entropy ${target} (T ${Number(found.temperature.toPrecision(3))})`;
  return [...passRows(place, found), entropyRow(`entropy ${target}, measured`, found)];
}

function passRows(place: string, { passAt }: AtTemperature): MeasureRow[] {
  return [[`pass@1 at ${place}`, rate(passAt.get(1)!)], ...furtherPasses(` at ${place}`, passAt)];
}

function entropyRow(place: string, { entropy }: AtTemperature): MeasureRow {
  return [place.startsWith("entropy") ? place : `entropy at ${place}`, entropy.toFixed(3)];
}

function furtherPasses(place: string, passAt: PassRates): MeasureRow[] {
  return [...passAt].filter(([k]) => k > 1).map(([k, value]) => [`pass@${k}${place}`, rate(value)]);
}

function rate({ mean, error }: Rate): string {
  return `${mean.toFixed(3)} ± ${error.toFixed(3)}`;
}
