import { mean } from "../../../report/statistics.ts";
import { seedsInWords, seedsOf } from "../seeds.ts";
import { type ArmRun, type ArmsFindings, ofGroup } from "./findings.ts";
import { pictureName } from "./pictures.ts";
import { ALONE, type ArmsSettings, armNames, groupNames } from "./settings.ts";
import { countsDistinct, diagnosisTable, elsewhereTable, entropyTable, scoreTable, significanceTable } from "./tables.ts";

/** The runs of every group in tables and pictures; every number comes from the findings. */
export function armSections(settings: ArmsSettings, findings: ArmsFindings): string[] {
  const groups = groupNames(settings).map((group) => groupSection(settings, ofGroup(findings, group), group));
  return ["## The runs", runsSentence(settings), READING, ...groups];
}

function runsSentence({ seeds, model, start, task, grpo, entropy, groups }: ArmsSettings): string {
  const from = start ? "a warm start of the study's own" : `\`${model}\``;
  const lines = [
    `${seedsInWords({ seeds })}; every arm starts from ${from} and sees the same prompts. Task: ${describe(task)}. Training: ${describe(grpo)}.`,
    `Entropy control, where an arm does not say otherwise: ${describe(entropy)}. An arm without control is measured against the same`,
    "target. Entropy is the mean over answer tokens, in nats.",
  ];
  const changes = Object.entries(groups ?? {}).map(([name, { arms: _, elsewhere: __, ...own }]) => `* ${name}: ${describeSections(own)}`);
  return [...lines, ...(changes.length > 0 ? ["", ...changes] : [])].join("\n");
}

const READING = `All figures of entropy are taken over the last half of training. The offset is the distance of the mean from the target, as a share of the
target. "mean abs e" is the mean distance of a single step. "sd" is the standard deviation over the steps of a run, and "sd of seeds" is that of the
runs' means. The drift is the slope in nats per 100 steps. "saturated" is the share of steps with alpha at its limit, "gated" is the share of tokens
that alpha weighs, and "equal groups" is the share of prompts whose answers all have one reward, so that they teach nothing. ± is half a 95 %
interval over seeds. Differences are from the first arm, paired by seed.`;

/** The tables and pictures of a group. The one group of a study without groups has no heading of its own. */
function groupSection(settings: ArmsSettings, findings: ArmsFindings, group: string): string {
  const arms = armNames(settings);
  const { runs, k } = findings;
  const alone = group === ALONE;
  const heading = (text: string): string => (alone ? `### ${text}` : `#### ${text}`);
  const before = (of: (run: ArmRun) => number): string => mean(runs.map(of)).toFixed(3);
  const diagnoses = diagnosisTable(arms, findings);
  const distinct = countsDistinct(runs) ? `, distinct right answers of ${k} ${before((run) => run.before.distinct ?? 0)}` : "";
  return [
    ...(alone ? [] : [`### ${group[0]!.toUpperCase()}${group.slice(1)}`]),
    heading("Entropy over the last half of training"),
    entropyTable(arms, findings),
    `![Entropy, alpha and reward over the steps](${pictureName("curves", group)}.svg)`,
    heading("Held-out problems after training"),
    `Before training: pass@1 ${before((run) => run.before.passAt1)}, greedy ${before((run) => run.before.greedy)}, pass@${k} ${before((run) => run.before.passAtK)}${distinct}.`,
    scoreTable(arms, findings),
    `![pass@1 and pass@${k}](${pictureName("scores", group)}.svg)`,
    ...(Object.keys(runs[0]!.elsewhere).length > 0 ? [heading("Other problems"), elsewhereTable(arms, findings)] : []),
    ...(seedsOf(settings).length > 1 && arms.length > 1
      ? [heading("More than chance?"), significanceText(arms[0]!), significanceTable(arms, findings)]
      : []),
    ...(diagnoses ? [heading("What the diagnostics said"), DIAGNOSES, diagnoses] : []),
  ].join("\n\n");
}

function significanceText(baseline: string): string {
  return `Each arm is compared with ${baseline}, paired by seed: the runs of a seed have the same start and prompts. p is that of Student's t test for pairs,
beside it with Holm's correction over the arms for each measure. A difference that is the same in every seed has the p of exchanged signs.`;
}

const DIAGNOSES = "The table counts the runs of which `train` would have said this; docs/method.md has the advice for each diagnosis.";

function describeSections(sections: Readonly<Record<string, unknown>>): string {
  return Object.entries(sections)
    .map(([name, section]) =>
      typeof section === "object" && section !== null ? describe(section as Record<string, unknown>) : `${name} ${section}`,
    )
    .filter((text) => text !== "")
    .join("; ");
}

function describe(section: Readonly<Record<string, unknown>>): string {
  const shown = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));
  return Object.entries(section)
    .map(([key, value]) => (key === "name" ? String(value) : `${key} ${shown(value)}`))
    .join(", ");
}
