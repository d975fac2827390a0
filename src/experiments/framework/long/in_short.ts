import { mean } from "../../../report/statistics.ts";
import { ALONE, type ArmsSettings } from "../arms/settings.ts";
import { markdownTable } from "../markdown.ts";
import { signed } from "../numbers.ts";
import { SIGNIFICANT } from "../paired.ts";
import { armsShown, type Difference, differencesFrom } from "./differences.ts";
import type { LongFindings, LongGroup } from "./findings.ts";
import { GREEDY, headlineMeasures, valuesOfArm } from "./measures.ts";

/** What a reader looks for first: on each task, which arms end above the first and which below it. Empty where there is nothing to compare. */
export function longInShort(settings: ArmsSettings, findings: LongFindings): string {
  const groups = findings.groups.filter((group) => armsShown(settings, findings, group).length > 1);
  if (groups.length === 0) return "";
  const [baseline] = armsShown(settings, findings, groups[0]!);
  return [
    `**In short**: which arms end above ${baseline} and which below it, where p is under 0.05 after Holm's correction over the arms. (Claims about
one difference are judged without it, and each of several headlines has a correction of its own.)`,
    markdownTable(
      [...(groups[0]!.group === ALONE ? [] : ["task"]), "measure", baseline!, "above it", "below it"],
      groups.flatMap((group) => rowsOf(settings, findings, group)),
      { numbers: false },
    ),
  ].join("\n\n");
}

function rowsOf(settings: ArmsSettings, findings: LongFindings, group: LongGroup): string[][] {
  const arms = armsShown(settings, findings, group);
  return [GREEDY, headlineMeasures(group).diversity].map((measure) => {
    const reached = mean(valuesOfArm(findings, group, arms[0]!, measure));
    const certain = differencesFrom(settings, findings, group, measure).filter(({ p }) => p < SIGNIFICANT);
    const [above, below] = [certain.filter(({ test }) => test.mean > 0), certain.filter(({ test }) => test.mean < 0)];
    return [...(group.group === ALONE ? [] : [group.group]), measure.name, reached.toFixed(3), listed(above), listed(below)];
  });
}

function listed(differences: readonly Difference[]): string {
  return differences.map(({ arm, test }) => `${arm} ${signed(test.mean, 3)}`).join("; ") || "none";
}
