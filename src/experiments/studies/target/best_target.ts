import { type ArmRun, type ArmsFindings, meanOf, ofGroup } from "../../framework/arms/findings.ts";
import { runsOf } from "../../framework/arms/holding.ts";
import { type ArmsSettings, armNames, groupNames } from "../../framework/arms/settings.ts";
import type { Sections } from "../../framework/arms/study.ts";
import { markdownTable } from "../../framework/markdown.ts";
import { interval } from "../../framework/numbers.ts";

/** The arm with the highest mean of a measure, of all but the first (which has no target). */
export function bestArm(arms: readonly string[], { runs }: ArmsFindings, of: (run: ArmRun) => number): string {
  const mean = (arm: string): number => meanOf(runsOf(runs, arm).map(of));
  return arms.slice(1).reduce((best, arm) => (mean(arm) > mean(best) ? arm : best));
}

/** For each group the best target by each measure, beside plain GRPO. */
export async function bestTargetSection(settings: ArmsSettings, findings: ArmsFindings): Promise<Sections> {
  const arms = armNames(settings);
  const [baseline] = arms as [string];
  const measures: readonly [string, (run: ArmRun) => number][] = [
    ["pass@1, sampled", (run) => run.after.passAt1],
    ["pass@1, greedy", (run) => run.after.greedy],
    [`pass@${findings.k}`, (run) => run.after.passAtK],
    ["distinct right answers", (run) => run.after.distinct ?? 0],
    ["pass@1 on harder problems", (run) => elsewhere(run, "harder").passAt1],
    [`pass@${findings.k} on harder problems`, (run) => elsewhere(run, "harder").passAtK],
  ];
  const rows = groupNames(settings).flatMap((group) => {
    const own = ofGroup(findings, group);
    return measures.map(([name, of]) => {
      const best = bestArm(arms, own, of);
      return [group, name, best, interval(runsOf(own.runs, best).map(of)), interval(runsOf(own.runs, baseline).map(of))];
    });
  });
  const text = `The target with the highest mean over seeds, by each measure. Neighbouring targets often lie within each other's intervals (the tables
below): read it as a direction, not as a ranking.`;
  return {
    markdown: ["## The best target", text, markdownTable(["task", "measure", "best", "there", baseline], rows)].join("\n\n"),
    pictures: [],
  };
}

/** The after-training score of the other task whose name begins so. */
function elsewhere(run: ArmRun, beginning: string) {
  const name = Object.keys(run.elsewhere).find((other) => other.startsWith(beginning))!;
  return run.elsewhere[name]!.after;
}
