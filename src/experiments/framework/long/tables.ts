import { mean } from "../../../report/statistics.ts";
import { searchedKnobs } from "../arms/cells.ts";
import type { ArmsSettings } from "../arms/settings.ts";
import { markdownTable } from "../markdown.ts";
import { interval, probability } from "../numbers.ts";
import { differenceInWords, SIGNIFICANT } from "../paired.ts";
import { armsShown, type Difference, differencesFrom } from "./differences.ts";
import type { LongFindings, LongGroup } from "./findings.ts";
import { afterOf, headlineMeasures, ksOf, type Measure, passAt, runsOfArm, SAMPLED, valuesOfArm } from "./measures.ts";

/** The columns of a group's table: greedy, pass@1 at every temperature and at the common entropy, and pass@k. */
function columnsOf(group: LongGroup): Measure[] {
  const { accuracy } = headlineMeasures(group);
  const colder = group.measures.flatMap((metric) => {
    const [, temperature] = /^eval\/T([\d.]+)\/pass@1$/.exec(metric) ?? [];
    return temperature === undefined ? [] : [{ name: `pass@1, T ${temperature}`, metric }];
  });
  const ks = ksOf(group.measures).filter((k) => k > 1);
  return [...accuracy, SAMPLED, ...colder, ...ks.map(passAt), { name: "entropy", metric: "eval/entropy" }];
}

/** A line for the start and for each arm: what it reached, as a mean over seeds with its 95 % interval, and how long it trained. */
export function headlineTable(settings: ArmsSettings, findings: LongFindings, group: LongGroup): string {
  const columns = columnsOf(group);
  const start = columns.map(({ metric }) => group.before[group.measures.indexOf(metric)]?.toFixed(3) ?? "-");
  const rows = armsShown(settings, findings, group).map((arm) => {
    const runs = runsOfArm(findings, group.group, arm);
    const shown = columns.map((measure) => cellOf(valuesOfArm(findings, group, arm, measure), runs.length));
    return [arm, String(runs.length), ...shown, (mean(runs.map(({ seconds }) => seconds)) / 60).toFixed(1)];
  });
  return markdownTable(["arm", "seeds", ...columns.map(({ name }) => name), "minutes"], [["before training", "", ...start, ""], ...rows]);
}

/** A mean with its interval or, where some seeds lack the measure, with the number of those that have it. */
function cellOf(values: readonly number[], seeds: number): string {
  if (values.length === 0 || values.length === seeds) return interval(values);
  return `${mean(values).toFixed(3)} (${values.length} of ${seeds})`;
}

/** A line for each arm: how it differs from the first in the measures of the headline, with Holm's correction over the arms. */
export function differenceTable(settings: ArmsSettings, findings: LongFindings, group: LongGroup): string {
  const arms = armsShown(settings, findings, group);
  if (arms.length < 2) return "";
  const { accuracy, diversity } = headlineMeasures(group);
  const measures = [...accuracy, diversity];
  const columns = measures.map((measure) => differencesFrom(settings, findings, group, measure).map(differenceText));
  const rows = arms.slice(1).map((arm, i) => [arm, ...columns.flatMap((column) => column[i]!)]);
  return markdownTable(["arm", ...measures.flatMap(({ name }) => [name, "p (Holm)"])], rows);
}

function differenceText({ test, p }: Difference): string[] {
  if (test.n === 0) return ["-", "-"];
  const shown = differenceInWords(test);
  if (Number.isNaN(p)) return [shown, "-"];
  return [shown, p < SIGNIFICANT ? `**${probability(p)}**` : probability(p)];
}

/** The tags of a group's problems, in their order. */
export function tagsOf({ measures }: LongGroup): string[] {
  return measures.flatMap((name) => /^eval\/tags\/(.+)\/ever_solved$/.exec(name)?.[1] ?? []);
}

/** A line for each arm: how many held-out problems any evaluation solved, and how many the last one did, for all and by stratum. */
export function solvedTable(settings: ArmsSettings, findings: LongFindings, group: LongGroup): string {
  const parts = [
    { name: "all", prefix: "eval" },
    ...tagsOf(group).map((tag) => ({ name: tag, prefix: `eval/tags/${tag}` })),
    ...(group.measures.includes("train/ever_solved") ? [{ name: "training problems", prefix: "train" }] : []),
  ];
  const cell = (arm: string, metric: string): string => {
    const values = runsOfArm(findings, group.group, arm).map((run) => afterOf(group, run, { metric }));
    return Number.isNaN(mean(values)) ? "-" : mean(values).toFixed(3);
  };
  const rows = armsShown(settings, findings, group).map((arm) => [
    arm,
    ...parts.flatMap(({ prefix }) => [cell(arm, `${prefix}/ever_solved`), cell(arm, `${prefix}/solved`)]),
  ]);
  return markdownTable(["arm", ...parts.flatMap(({ name }) => [`${name}: ever`, "at the end"])], rows);
}

/** A line for each arm of each group: the settings that were tried, and the one that it took. */
export function searchTable(settings: ArmsSettings, { searched }: LongFindings): string {
  const rows = searched.map(({ group, arm, scores, best }) => {
    const knobs = searchedKnobs(settings, { group, arm });
    return [group, arm, String(scores.length), scores.map((score) => score.toFixed(3)).join(", "), knobsText(knobs[best])];
  });
  return markdownTable(["task", "arm", "tried", "scores", "taken"], rows, { numbers: false });
}

function knobsText(knobs: Readonly<Record<string, unknown>> = {}): string {
  const sections = Object.values(knobs).flatMap((section) => Object.entries(section as Record<string, unknown>));
  return sections.map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ") || "as written";
}
