import { type PairedTest, pairedTest } from "../paired.ts";
import type { LongFindings, LongGroup, LongRun } from "./findings.ts";

/** What a report says of a run by name, as a metric. */
export interface Measure {
  readonly name: string;
  readonly metric: string;
}

export const GREEDY: Measure = { name: "greedy", metric: "eval/greedy" };
export const SAMPLED: Measure = { name: "pass@1", metric: "eval/pass@1" };

/** The measures of the headline: greedy and entropy-matched pass@1 for accuracy, pass@k for diversity. */
export function headlineMeasures({ matched, measures }: LongGroup): { accuracy: Measure[]; diversity: Measure } {
  const known = matched !== null && measures.includes(matched) ? [{ name: matchedLabel(matched), metric: matched }] : [];
  return { accuracy: [GREEDY, ...known], diversity: passAt(diversityK(measures)) };
}

function matchedLabel(metric: string): string {
  return `pass@1 at ${/H([\d.]+)/.exec(metric)![1]} nats`;
}

export function passAt(k: number): Measure {
  return { name: `pass@${k}`, metric: `eval/pass@${k}` };
}

/** The k of all measures "pass@k", in order. */
export function ksOf(measures: readonly string[]): number[] {
  return measures
    .flatMap((name) => /^eval\/pass@(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** 8 where it was measured, else the largest k. */
function diversityK(measures: readonly string[]): number {
  const ks = ksOf(measures);
  return ks.includes(8) ? 8 : ks.at(-1)!;
}

export function groupNamed({ groups }: LongFindings, group: string): LongGroup | undefined {
  return groups.find((one) => one.group === group);
}

export function runsOfArm({ runs }: LongFindings, group: string, arm: string): LongRun[] {
  return runs.filter((run) => run.group === group && run.arm === arm);
}

/** A measure of a run after its last step; NaN where it was not taken. */
export function afterOf(group: LongGroup, run: LongRun, { metric }: Pick<Measure, "metric">): number {
  return run.after[group.measures.indexOf(metric)] ?? Number.NaN;
}

/** A measure of a run along its evaluations; NaN where it was not taken. */
export function curveOfRun(group: LongGroup, run: LongRun, { metric }: Pick<Measure, "metric">): number[] {
  return (run.curves[group.curves.indexOf(metric)] ?? []).map((value) => value ?? Number.NaN);
}

/** What each arm has of a measure, for every seed that has it. */
export function valuesOfArm(findings: LongFindings, group: LongGroup, arm: string, measure: Pick<Measure, "metric">): number[] {
  return runsOfArm(findings, group.group, arm)
    .map((run) => afterOf(group, run, measure))
    .filter((value) => !Number.isNaN(value));
}

export interface Pair {
  readonly arm: string;
  readonly baseline: string;
}

/** How much more an arm has than another of what `of` takes from a run, over the seeds that both were trained with. */
function comparePaired(findings: LongFindings, group: string, { arm, baseline }: Pair, of: (run: LongRun) => number): PairedTest {
  const against = new Map(runsOfArm(findings, group, baseline).map((run) => [run.seed, of(run)]));
  const shared = runsOfArm(findings, group, arm).filter(({ seed }) => against.has(seed));
  return pairedTest(shared.map((run) => of(run) - against.get(run.seed)!));
}

/** The same of a measure after training. */
export function compareAfter(findings: LongFindings, group: LongGroup, pair: Pair, measure: Pick<Measure, "metric">): PairedTest {
  return comparePaired(findings, group.group, pair, (run) => afterOf(group, run, measure));
}

/**
 * How far a run's score has fallen at its end from where the others peaked: the step with the best mean over all other seeds. Choosing the
 * peak by the run's own scores would find a fall in noise alone.
 */
export function fallsAfterPeak(findings: LongFindings, group: LongGroup, arm: string, measure: Measure): number[] {
  const curves = runsOfArm(findings, group.group, arm).map((run) => curveOfRun(group, run, measure));
  return curves.flatMap((own, i) => {
    const others = curves.filter((_, j) => j !== i);
    if (others.length === 0) return [];
    const means = own.map((_, at) => others.reduce((sum, other) => sum + other[at]!, 0) / others.length);
    return [own[means.indexOf(Math.max(...means))]! - own.at(-1)!];
  });
}
