import { drawLineGrid, type LineFigure } from "../../../report/figure.ts";
import type { Picture } from "../../../report/plots.ts";
import { bandOverSeeds } from "../../../report/significance.ts";
import { mean } from "../../../report/statistics.ts";
import { ALONE, type ArmsSettings } from "../../framework/arms/settings.ts";
import { armsShown } from "../../framework/long/differences.ts";
import type { LongFindings, LongGroup } from "../../framework/long/findings.ts";
import { curveOfRun, type Measure, runsOfArm } from "../../framework/long/measures.ts";
import { markdownTable } from "../../framework/markdown.ts";
import { slug } from "../../framework/names.ts";
import { interval, probability, signed } from "../../framework/numbers.ts";
import { holm, SIGNIFICANT } from "../../framework/paired.ts";
import { associations, type Correlation, candidates, elsewhereOf } from "./explained.ts";

const ABOUT = `What may explain why a policy whose entropy was held generalises, after training:

* **KL from the start**: how far the policy's answers to held-out problems have moved from those of the start, in nats per token.
* **change of the weights**: the norm of the change over the norm of the start's weights. **effective rank** says over how many directions the change
  is spread: exp of the entropy of its singular values, averaged over matrices.
* **prompts with a gradient**: the share of prompts whose sampled answers differ in reward. Only they teach.
* **distinct solutions**: different right answers to a held-out problem among those sampled.
* **calibration error**: how far the probability of the greedy answer lies from the share of such answers that are right.`;

const WHICH = `Each run's value at its middle is set beside what the run gains in greedy accuracy from the next evaluation to its end: a score that is high by chance
at the middle would lower a gain that is counted from there. The correlation is Spearman's, of ranks: 1 where the higher always gains more, -1
where it always gains less. Among all runs it may only tell the arms apart; within arms each run is ranked among those of its own arm. Neither
shows a cause. p is of a permutation test (gains are exchanged at random, within arms where the correlation is), corrected by Holm's method over a
column. A task on which nobody gains or loses anything is left out.`;

/** The measures of the probe for each arm, and which of them go with the later gain. */
export function generaliseSections(settings: ArmsSettings, findings: LongFindings): string[] {
  return ["## What the policies became", ABOUT, ...findings.groups.flatMap((group) => groupSections(settings, findings, group))];
}

function groupSections(settings: ArmsSettings, findings: LongFindings, group: LongGroup): string[] {
  const heading = group.group === ALONE ? [] : [`### ${group.group}: what explains the gain`];
  return [
    ...heading,
    becameTable(settings, findings, group),
    `![The same along the run](${pictureName(group)}.svg)`,
    layerTable(settings, findings, group),
    "What goes with the later gain?",
    WHICH,
    associationTable(findings, group),
  ];
}

function measuresOf(group: LongGroup): Measure[] {
  return [...elsewhereOf(group), ...candidates].filter(({ metric }) => group.curves.includes(metric));
}

/** A measure of an arm's runs at their first evaluation, before training, or at their last. */
function evaluated(at: 0 | -1, findings: LongFindings, group: LongGroup, arm: string, measure: Pick<Measure, "metric">): number[] {
  const values = runsOfArm(findings, group.group, arm).map((run) => curveOfRun(group, run, measure).at(at) ?? Number.NaN);
  return values.filter((value) => !Number.isNaN(value));
}

function becameTable(settings: ArmsSettings, findings: LongFindings, group: LongGroup): string {
  const measures = measuresOf(group);
  const arms = armsShown(settings, findings, group);
  const start = measures.map((measure) => {
    const values = arms.flatMap((arm) => evaluated(0, findings, group, arm, measure));
    return values.length > 0 ? mean(values).toFixed(3) : "-";
  });
  const rows = [
    ["before training", ...start],
    ...arms.map((arm) => [arm, ...measures.map((measure) => interval(evaluated(-1, findings, group, arm, measure)))]),
  ];
  return markdownTable(["arm", ...measures.map(({ name }) => name)], rows);
}

/** The change of the weights by layer. */
function layerTable(settings: ArmsSettings, findings: LongFindings, group: LongGroup): string {
  const layers = group.curves.flatMap((metric) => /^probe\/drift\/(.+)$/.exec(metric)?.[1] ?? []);
  const rows = armsShown(settings, findings, group).map((arm) => [
    arm,
    ...layers.map((layer) => interval(evaluated(-1, findings, group, arm, { metric: `probe/drift/${layer}` }))),
  ]);
  return markdownTable(
    ["change of the weights", ...layers.map((layer) => (layer === "outside" ? "outside of layers" : `layer ${layer}`))],
    rows,
  );
}

function associationTable(findings: LongFindings, group: LongGroup): string {
  const found = associations(findings, group).filter(({ overall }) => !Number.isNaN(overall.r));
  const [overall, within] = [inCells(found.map((one) => one.overall)), inCells(found.map((one) => one.within))];
  const rows = found.map(({ measure, gain, runs }, i) => [measure, gain, String(runs), ...overall[i]!, ...within[i]!]);
  return markdownTable(["at the middle", "later gain in", "runs", "correlation", "p (Holm)", "within arms", "p (Holm)"], rows);
}

/** Each correlation and its corrected p, as a table has them. */
function inCells(correlations: readonly Correlation[]): (readonly [string, string])[] {
  const adjusted = holm(correlations.map(({ p }) => p));
  return correlations.map(({ r }, i) => {
    const p = adjusted[i]!;
    const shown = Number.isNaN(p) ? "-" : p < SIGNIFICANT ? `**${probability(p)}**` : probability(p);
    return [Number.isNaN(r) ? "-" : signed(r, 2), shown];
  });
}

function pictureName({ group }: LongGroup): string {
  return group === ALONE ? "became" : `became-${slug(group)}`;
}

/** Every measure of the probe along the run. */
export async function generalisePictures(settings: ArmsSettings, findings: LongFindings): Promise<Picture[]> {
  return Promise.all(
    findings.groups.map(async (group) => {
      const arms = armsShown(settings, findings, group);
      const figures = measuresOf(group).map(
        (measure): LineFigure => ({
          title: measure.name,
          x: { title: "training steps" },
          y: { title: measure.name },
          series: arms.map((name) => ({
            name,
            points: bandOverSeeds(
              runsOfArm(findings, group.group, name).map((run) => curveOfRun(group, run, measure).map((y, i) => ({ x: run.steps[i]!, y }))),
            ),
          })),
          names: arms,
        }),
      );
      const subtitle = "mean and 95 % interval over seeds; held-out problems";
      return { name: pictureName(group), svg: await drawLineGrid({ title: "What the policies became", subtitle, figures, columns: 3 }) };
    }),
  );
}
