import { drawBars, drawLineGrid, type LineFigure, type Series } from "../../../report/figure.ts";
import type { Picture } from "../../../report/plots.ts";
import { bandOverSeeds, meanInterval } from "../../../report/significance.ts";
import { ALONE, type ArmsSettings } from "../arms/settings.ts";
import { slug } from "../names.ts";
import { armsShown } from "./differences.ts";
import type { LongFindings, LongGroup, LongRun } from "./findings.ts";
import { curveOfRun, headlineMeasures, type Measure, runsOfArm, valuesOfArm } from "./measures.ts";
import { tagsOf } from "./tables.ts";

export type PictureKind = "curves" | "rivals" | "scores" | "solved";

export function longPictureName(kind: PictureKind, { group }: LongGroup): string {
  return group === ALONE ? kind : `${kind}-${slug(group)}`;
}

/** So many curves can be told apart in one picture. */
const MOST_IN_ONE = 7;

/**
 * The arms of a group's pictures of curves: all of them in one where they can be told apart, else the first and those of the controller that
 * the study is about in one, and the first with the others in another.
 */
export function curveArms(arms: readonly string[], isOwn: (arm: string) => boolean): { kind: PictureKind; arms: string[] }[] {
  const [baseline, ...others] = arms;
  if (baseline === undefined) return [];
  if (arms.length <= MOST_IN_ONE) return [{ kind: "curves", arms: [...arms] }];
  const own = others.filter(isOwn).slice(0, MOST_IN_ONE - 1);
  const rivals = others.filter((arm) => !isOwn(arm)).slice(0, MOST_IN_ONE - 1);
  return [
    { kind: "curves", arms: [baseline, ...own] },
    { kind: "rivals", arms: [baseline, ...rivals] },
  ];
}

/** Curves of the headline's measures and of entropy over the run, bars after training, and bars of what was ever solved. */
export async function longPictures(title: string, settings: ArmsSettings, findings: LongFindings): Promise<Picture[]> {
  const drawn = findings.groups.map(async (group): Promise<Picture[]> => {
    const arms = armsShown(settings, findings, group);
    const headed = group.group === ALONE ? title : `${title} (${group.group})`;
    const curves = curveArms(arms, isControlled).map(async ({ kind, arms: shown }) => ({
      name: longPictureName(kind, group),
      svg: await drawCurves(headed, findings, group, { shown, all: arms }),
    }));
    const scores = { name: longPictureName("scores", group), svg: await drawScores(headed, findings, group, arms) };
    const solved = group.measures.includes("eval/ever_solved")
      ? [{ name: longPictureName("solved", group), svg: await drawSolved(headed, findings, group, arms) }]
      : [];
    return [...(await Promise.all(curves)), scores, ...solved];
  });
  return (await Promise.all(drawn)).flat();
}

/** Whether an arm is one of this package's controller, by its name. */
export function isControlled(arm: string): boolean {
  return arm.startsWith("PI");
}

interface Arms {
  readonly shown: readonly string[];
  /** All arms of the group, so that each keeps its colour in every picture. */
  readonly all: readonly string[];
}

async function drawCurves(title: string, findings: LongFindings, group: LongGroup, { shown, all }: Arms): Promise<string> {
  const x = { title: "training steps" };
  const curve = (arm: string, of: (run: LongRun) => { x: number; y: number }[]): Series => ({
    name: arm,
    points: bandOverSeeds(runsOfArm(findings, group.group, arm).map(of)),
  });
  const scored = ({ name, metric }: Measure): LineFigure => ({
    title: `${name[0]!.toUpperCase()}${name.slice(1)}`,
    x,
    y: { title: "share solved" },
    series: shown.map((arm) => curve(arm, (run) => pointsOf(run.steps, curveOfRun(group, run, { metric })))),
    names: all,
  });
  const { accuracy, diversity } = headlineMeasures(group);
  const trained = (field: "entropy" | "alpha", name: string, unit: string): LineFigure => ({
    title: name,
    x,
    y: { title: unit },
    series: shown.map((arm) => curve(arm, ({ training }) => pointsOf(training.steps, training[field]))),
    names: all,
  });
  return drawLineGrid({
    title,
    subtitle: "mean and 95 % interval over seeds; held-out problems",
    figures: [
      ...[...accuracy, diversity].map(scored),
      trained("entropy", "Entropy while training", "nats per token"),
      trained("alpha", "Alpha (above 0 lowers entropy)", "alpha"),
    ],
    columns: 2,
  });
}

function pointsOf(steps: readonly number[], values: readonly number[]): { x: number; y: number }[] {
  return values.flatMap((y, i) => (Number.isNaN(y) ? [] : [{ x: steps[i]!, y }]));
}

async function drawScores(title: string, findings: LongFindings, group: LongGroup, arms: readonly string[]): Promise<string> {
  const { accuracy, diversity } = headlineMeasures(group);
  return drawMeasures(`${title}: after training`, findings, group, { arms, measures: [...accuracy, diversity] });
}

async function drawSolved(title: string, findings: LongFindings, group: LongGroup, arms: readonly string[]): Promise<string> {
  const parts = [{ name: "all", prefix: "eval" }, ...tagsOf(group).map((tag) => ({ name: tag, prefix: `eval/tags/${tag}` }))];
  const measures = parts.flatMap(({ name, prefix }) => [
    { name: `${name}: ever solved`, metric: `${prefix}/ever_solved` },
    { name: `${name}: at the end`, metric: `${prefix}/solved` },
  ]);
  return drawMeasures(`${title}: ever solved and solved at the end`, findings, group, { arms, measures });
}

interface Bars {
  readonly arms: readonly string[];
  readonly measures: readonly Measure[];
}

async function drawMeasures(title: string, findings: LongFindings, group: LongGroup, { arms, measures }: Bars): Promise<string> {
  const bars = measures.flatMap((measure) =>
    arms.flatMap((series) => {
      const values = valuesOfArm(findings, group, series, measure);
      if (values.length === 0) return [];
      const { mean, low, high } = meanInterval(values);
      return [{ group: measure.name, series, value: mean, low: Math.max(0, low), high: Math.min(1, high) }];
    }),
  );
  const figure = { title, subtitle: "held-out problems; lines: 95 % over seeds", y: { title: "share solved" }, bars, names: arms };
  return drawBars(figure, { width: Math.max(560, 16 * bars.length), height: 300 });
}
