import { searchedKnobs, searchOf } from "../arms/cells.ts";
import { CRITERION } from "../arms/search.ts";
import { ALONE, type ArmsSettings, armNames, groupNames } from "../arms/settings.ts";
import { seedsInWords } from "../seeds.ts";
import { armsShown } from "./differences.ts";
import type { LongFindings, LongGroup } from "./findings.ts";
import { runsOfArm } from "./measures.ts";
import { curveArms, isControlled, longPictureName } from "./pictures.ts";
import { differenceTable, headlineTable, searchTable, solvedTable } from "./tables.ts";

/** What a report of long runs says between its verdicts and its provenance; every number comes from the findings. */
export function longSections(settings: ArmsSettings, findings: LongFindings): string[] {
  return [
    "## What came out",
    reading(settings),
    ...findings.groups.flatMap((group) => groupSections(settings, findings, group)),
    ...searchSections(settings, findings),
  ];
}

function reading(settings: ArmsSettings): string {
  return `${seedsInWords(settings)}; all arms of a task start from the same policy and see the same prompts. Every number is measured on problems that these
runs never train on.

* **greedy**: the share of problems that the single most probable answer solves.
* **pass@1**: the share that one sampled answer solves, at the temperature of training. It charges a policy for its entropy. **pass@1, T 0.6** is sampled
  colder, and **pass@1 at so many nats** is sampled, for each policy, at the temperature that gives its tokens this entropy: so policies of
  different entropy are compared alike.
* **pass@k**: the share that at least one of k sampled answers solves. It tells how much a policy still knows beyond its favourite answer.
* **entropy**: the mean over sampled tokens, in nats. **minutes**: the wall-clock time of training alone.

± is half a 95 % interval over seeds. Differences are paired by seed, with Student's t test for pairs; p is corrected by Holm's method over the arms
of a column, and bold where it is below 0.05. Arms of the study that have no runs on a task count there with p = 1. A difference that is the same in every seed has the p of exchanged signs. "2 of 5" says that so many
seeds could be brought to the common entropy; nothing is tested there, because the others lack it for a reason.`;
}

function groupSections(settings: ArmsSettings, findings: LongFindings, group: LongGroup): string[] {
  const arms = armsShown(settings, findings, group);
  const heading = group.group === ALONE ? [] : [`### ${group.group[0]!.toUpperCase()}${group.group.slice(1)}`];
  const differences = differenceTable(settings, findings, group);
  const isTracked = group.measures.includes("eval/ever_solved");
  return [
    ...heading,
    sizes(group),
    headlineTable(settings, findings, group),
    ...alikeArms(findings, group, arms).map(alikeInWords),
    ...(differences ? [`Differences from ${arms[0]}, with their 95 % intervals:`, differences] : []),
    `![Scores after training](${longPictureName("scores", group)}.svg)`,
    ...curveArms(arms, isControlled).map(({ kind }) => `![Scores, entropy and alpha over the run](${longPictureName(kind, group)}.svg)`),
    ...(isTracked
      ? [SOLVED, solvedTable(settings, findings, group), `![Ever solved and solved at the end](${longPictureName("solved", group)}.svg)`]
      : []),
  ];
}

/** Arms whose runs measured the same to the bit. */
interface AlikeArms {
  readonly names: readonly string[];
  /** Whether their searches found the same settings, so that the same runs stand for them. */
  readonly isOneTraining: boolean;
}

function alikeArms(findings: LongFindings, { group }: LongGroup, arms: readonly string[]): AlikeArms[] {
  const byRuns = new Map<string, string[]>();
  for (const arm of arms) {
    const runs = JSON.stringify(runsOfArm(findings, group, arm).map(({ seed, after, training }) => [seed, after, training]));
    byRuns.set(runs, [...(byRuns.get(runs) ?? []), arm]);
  }
  // No two trainings take the same time.
  const times = (arm: string): string =>
    runsOfArm(findings, group, arm)
      .map(({ seconds }) => seconds)
      .join();
  return [...byRuns.values()]
    .filter(({ length }) => length > 1)
    .map((names) => ({ names, isOneTraining: new Set(names.map(times)).size === 1 }));
}

function alikeInWords({ names, isOneTraining }: AlikeArms): string {
  const one = "came to the same settings here and are one training.";
  return `${listed(names)} ${isOneTraining ? one : "were trained apart and ended alike to the last bit: what differs in their settings never acted."}`;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join("; ")} and ${names.at(-1)}`;
}

function sizes({ problems, completions }: LongGroup): string {
  const error = (0.5 / Math.sqrt(problems)).toFixed(3);
  return `${problems} held-out problems, ${completions} sampled answers to each. Other problems of the kind would move a share by some ${error} at most.`;
}

const SOLVED = `"ever" is the share of the held-out problems that the sampled answers of any evaluation solved, "at the end" the share that those of the last
one did. What lies between was found and lost again. The same is said of the training problems, by the answers of training.`;

function searchSections(settings: ArmsSettings, findings: LongFindings): string[] {
  if (!settings.search || findings.searched.length === 0) return [];
  const groups = [...new Set(findings.searched.map(({ group }) => group))];
  const tried = groups.map((group) => {
    const search = searchOf(settings, group)!;
    const words = `${seedsInWords(search)}, ${search.steps} steps, ${search.prompts} problems`;
    return group === ALONE ? words : `${group}: ${words}`;
  });
  const given = armNames(settings).filter((arm) =>
    groupNames(settings).every((group) => searchedKnobs(settings, { group, arm }).length === 0),
  );
  const others = given.length > 0 ? ` ${given.join(" and ")} had none to choose from.` : "";
  const text = `Every arm had as many settings to choose from, tried with seeds of their own and measured on held-out problems that the tables above do not use
(${tried.join("; ")}). The arm took the setting with the best score: ${CRITERION}.${others}`;
  return ["## How the knobs were chosen", text, searchTable(settings, findings)];
}
