import { evaluationFigures, furtherScores, solvedFigures } from "./evaluation_figures.ts";
import { drawLineGrid, drawLines, type LineFigure, type Rule, type Series } from "./figure.ts";
import { describeMetric, type MetricName } from "./metrics.ts";
import type { Run } from "./run.ts";
import { metricNames, metricPoints } from "./run_metrics.ts";
import { extent, smooth } from "./statistics.ts";
import { formatNumber } from "./table.ts";

/** A drawn picture: `name` is the file's stem. */
export interface Picture {
  readonly name: string;
  readonly svg: string;
}

/** What is drawn of runs. */
export interface PlotOptions {
  /** The metrics to draw. Default: reward, entropy, alpha, gated fraction and evaluations, where they tell something. */
  readonly metrics?: readonly string[];
}

/**
 * Draws metrics of one or several runs. Each has a picture by itself, and `overview` has all of them. Pictures with a legend of their own,
 * such as all evaluations of a run in one, stand beside it.
 */
export async function plotRuns(runs: readonly Run[], { metrics }: PlotOptions = {}): Promise<Picture[]> {
  const named = withUniqueNames(runs);
  const figures = metrics ? chosenFigures(named, metrics) : usualFigures(named);
  const shown = Object.entries(figures).filter(([, { series }]) => series.length > 0);
  if (shown.length === 0) throw new Error("None of these runs has a metric to plot; look into their metrics.jsonl.");
  const title = named.map(({ name }) => name).join(", ");
  const lines = shown.map(([, figure]) => figure);
  const subtitle = [...new Set(lines.map(({ subtitle }) => subtitle ?? ""))].sort((a, b) => b.length - a.length)[0];
  const overview = drawLineGrid({
    title: title.length > 60 ? `${named.length} runs` : title,
    ...(subtitle ? { subtitle } : {}),
    figures: lines.map(({ subtitle: _, ...figure }) => ({ ...figure, x: { ...figure.x, domain: stepsOf(lines) } })),
  });
  const single = shown.map(async ([name, figure]) => ({ name, svg: await drawLines(figure) }));
  const own = metrics ? {} : { ...evaluationFigures(named), ...solvedFigures(named) };
  const beside = Object.entries(own).map(async ([name, figure]) => ({ name, svg: await drawLines(figure) }));
  return Promise.all([overview.then((svg) => ({ name: "overview", svg })), ...single, ...beside]);
}

/** The first step of several figures and the last, so that what stands below another figure is of the same steps. */
function stepsOf(figures: readonly LineFigure[]): readonly [number, number] {
  return extent(figures.flatMap(({ series }) => series.flatMap(({ points }) => points.map(({ x }) => x))));
}

function usualFigures(runs: readonly Run[]): Record<string, LineFigure> {
  const passAtK = metricNames(runs).filter((name) => /^eval\/pass@\d+$/.test(name) && name !== "eval/pass@1");
  // One run's have a figure together.
  const further = runs.length > 1 ? furtherScores(runs) : [];
  const scores = ["eval/pass@1", "eval/greedy", ...passAtK, ...further].map((name) => scoreFigure(runs, name as MetricName));
  return {
    reward: figure(runs, "reward", "Reward", "mean reward"),
    entropy: entropyFigure(runs),
    alpha: alphaFigure(runs),
    gated_fraction: {
      ...figure(runs.filter(moves("entropic/gated_fraction")), "entropic/gated_fraction", "Gated fraction", "fraction of tokens"),
      ...colouring(runs),
    },
    ...Object.fromEntries(scores),
  };
}

/** One figure for each metric that a user names, under the name of the metric. */
function chosenFigures(runs: readonly Run[], metrics: readonly string[]): Record<string, LineFigure> {
  const drawn = metrics.map((name) => {
    const { unit } = describeMetric(name) ?? { unit: "" };
    return [
      fileStem(name),
      name.startsWith("eval/") ? scoreFigure(runs, name as MetricName)[1] : figure(runs, name as MetricName, name, unit),
    ];
  });
  return Object.fromEntries(drawn) as Record<string, LineFigure>;
}

/** Evaluations are few, so each is a point of the curve. */
function scoreFigure(runs: readonly Run[], metric: MetricName): readonly [stem: string, figure: LineFigure] {
  const title = metric.replace("eval/greedy", "eval/pass@1, greedy").replace("eval/", "Evaluation: ");
  const { subtitle: _, ...lines } = figure(runs, metric, title, describeMetric(metric)?.unit ?? "", 1);
  return [fileStem(metric), lines];
}

function fileStem(metric: string): string {
  return metric.replaceAll("@", "_at_").replaceAll(/\W+/g, "_");
}

/** Whether a metric of a run ever changes. The gate `entropy-effect`, for instance, lets every token through, always. */
function moves(metric: MetricName): (run: Run) => boolean {
  return (run) => new Set(metricPoints(run, metric).map(({ y }) => y)).size > 1;
}

function figure(runs: readonly Run[], metric: MetricName, title: string, unit: string, longest = Number.POSITIVE_INFINITY): LineFigure {
  const curves = runs.map((run) => ({ name: run.name, points: metricPoints(run, metric) })).filter(({ points }) => points.length > 0);
  const window = Math.min(longest, smoothingWindow(Math.max(0, ...curves.map(({ points }) => points.length))));
  const raw: Series[] = window > 1 ? curves.map((curve) => ({ ...curve, style: "faint" })) : [];
  const bold = curves.map(({ name, points }) => ({ name, points: smooth(points, window) }));
  const subtitle = window > 1 ? { subtitle: `bold: moving mean of ${window} steps; faint: each step` } : {};
  return { title, ...subtitle, x: { title: "step" }, y: { title: unit }, series: [...raw, ...bold], ...colouring(runs) };
}

/** The first run of a method has the method's colour, so that a method looks the same in every picture. */
function colouring(runs: readonly Run[]): Pick<LineFigure, "names" | "methods"> {
  const first = runs.filter(({ method }, i) => method !== undefined && runs.findIndex((other) => other.method === method) === i);
  return { names: runs.map(({ name }) => name), methods: Object.fromEntries(first.map(({ name, method }) => [name, method!])) };
}

/** An odd number of steps that grows with the run. It is 1, which smooths nothing, for very short runs. */
function smoothingWindow(steps: number): number {
  return steps < 12 ? 1 : 2 * Math.max(1, Math.round(steps / 30)) + 1;
}

/**
 * A target that all runs share is a labelled line. Targets that differ, move or end are dashed curves in the colours of their runs.
 */
function entropyFigure(runs: readonly Run[]): LineFigure {
  const lines = figure(runs, "entropy", "Entropy", "nats per token");
  const targets = runs.map((run) => ({ name: run.name, points: heldPoints(run) })).filter(({ points }) => points.length > 0);
  const values = new Set(targets.flatMap(({ points }) => points.map(({ y }) => y)));
  const [only] = values;
  if (only === undefined) return lines;
  const ends = runs.some((run) => metricPoints(run, "entropic/released").some(({ y }) => y > 0));
  if (values.size === 1 && !ends) return { ...lines, rules: [{ y: only, label: `target ${formatNumber(only, 3)}` }] };
  const subtitle = [lines.subtitle, "dashed: target"].filter(Boolean).join("; ");
  return { ...lines, subtitle, series: [...targets.map((target): Series => ({ ...target, style: "dashed" })), ...lines.series] };
}

/** The target while there is one: before it is found it is 0, and after `entropy.release` nothing holds it. */
function heldPoints(run: Run): ReturnType<typeof metricPoints> {
  const released = new Set(metricPoints(run, "entropic/released").flatMap(({ x, y }) => (y > 0 ? [x] : [])));
  return metricPoints(run, "entropic/target").filter(({ x, y }) => y > 0 && !released.has(x));
}

function alphaFigure(runs: readonly Run[]): LineFigure {
  const steered = runs.filter((run) => metricPoints(run, "entropic/alpha").some(({ y }) => y !== 0));
  const lines = { ...figure(steered, "entropic/alpha", "Alpha (above 0 lowers entropy)", "alpha"), ...colouring(runs) };
  const controlled = new Set(lines.series.map(({ name }) => name));
  const limits = new Set(runs.flatMap(({ name, alphaLimit }) => (controlled.has(name) && alphaLimit !== undefined ? [alphaLimit] : [])));
  const rules = [...limits].flatMap((limit): Rule[] => [
    { y: limit, label: `limit ${formatNumber(limit, 3)}` },
    { y: -limit, label: `limit -${formatNumber(limit, 3)}` },
  ]);
  if (limits.size === 0) return lines;
  const reach = 1.2 * Math.max(...limits);
  return { ...lines, rules, y: { ...lines.y, domain: [-reach, reach] } };
}

/** Runs whose folders end alike are named by one more part of their paths, or by number if that does not help. */
function withUniqueNames(runs: readonly Run[]): Run[] {
  const counted = (names: readonly string[], name: string): boolean => names.filter((other) => other === name).length > 1;
  const short = runs.map(({ name }) => name);
  const longer = runs.map((run) => (counted(short, run.name) ? run.folder.split(/[\\/]/).filter(Boolean).slice(-2).join("/") : run.name));
  return runs.map((run, index) => ({ ...run, name: counted(longer, longer[index]!) ? `${longer[index]} (${index + 1})` : longer[index]! }));
}
