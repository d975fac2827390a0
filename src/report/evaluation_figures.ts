import type { LineFigure, Series } from "./figure.ts";
import type { MetricName } from "./metrics.ts";
import type { Run } from "./run.ts";
import { metricNames, metricPoints } from "./run_metrics.ts";

const FURTHER = /^eval\/(?:T[\d.]+\/pass@1|H[\d.]+\/pass@1)$/;
const PASS = /^eval\/pass@\d+$/;

/** What evaluations measured at further temperatures and entropies, each a name of metrics.jsonl. */
export function furtherScores(runs: readonly Run[]): string[] {
  return metricNames(runs).filter((name) => FURTHER.test(name));
}

/** pass@1 sampled at each temperature and entropy, greedy, and every pass@k of one run in one figure. None where the usual figures say it all. */
export function evaluationFigures(runs: readonly Run[]): Record<string, LineFigure> {
  const [run, ...others] = runs;
  const passes = metricNames(runs).filter((name) => PASS.test(name));
  if (!run || others.length > 0 || (furtherScores(runs).length === 0 && passes.length <= 2)) return {};
  const sorted = passes.sort((a, b) => Number(a.slice("eval/pass@".length)) - Number(b.slice("eval/pass@".length)));
  const series = [...sorted, "eval/greedy", ...furtherScores(runs)].map((metric) => curve(run, legendOf(metric), metric));
  return { evaluations: { ...frame("Evaluations", "share of the held-out problems"), series: series.filter(hasPoints) } };
}

/** Of each tag's problems the share that is solved, and dashed the share that was ever solved; held out, and in training. */
export function solvedFigures(runs: readonly Run[]): Record<string, LineFigure> {
  return Object.fromEntries(
    (["eval", "train"] as const).flatMap((group) => {
      const tags = metricNames(runs).flatMap((name) => new RegExp(`^${group}/tags/(.+)/ever_solved$`).exec(name)?.[1] ?? []);
      const series = runs.flatMap((run) => tags.flatMap((tag) => solvedCurves(run, group, tag, runs.length > 1))).filter(hasPoints);
      if (series.length === 0) return [];
      const title = `${group === "eval" ? "Held-out" : "Training"} problems: solved, and dashed ever solved`;
      return [[`${group}_solved`, { ...frame(title, "share of the problems"), series }]];
    }),
  ) as Record<string, LineFigure>;
}

function solvedCurves(run: Run, group: "eval" | "train", tag: string, several: boolean): Series[] {
  const name = several ? `${run.name}: ${tag}` : tag;
  return [{ ...curve(run, name, `${group}/tags/${tag}/ever_solved`), style: "dashed" }, curve(run, name, `${group}/tags/${tag}/solved`)];
}

function legendOf(metric: string): string {
  if (metric === "eval/greedy") return "pass@1, greedy";
  const at = /^eval\/([TH])([\d.]+)\/(.+)$/.exec(metric);
  if (at) return `${at[3]}, ${at[1] === "T" ? "temperature" : "at entropy"} ${at[2]}`;
  return metric === "eval/pass@1" ? "pass@1, sampled" : metric.slice("eval/".length);
}

function frame(title: string, y: string): Pick<LineFigure, "title" | "x" | "y"> {
  return { title, x: { title: "step" }, y: { title: y } };
}

function curve(run: Run, name: string, metric: string): Series {
  return { name, points: metricPoints(run, metric as MetricName) };
}

function hasPoints({ points }: Series): boolean {
  return points.length > 0;
}
