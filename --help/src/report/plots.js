import { drawLineGrid, drawLines } from "./figure.js";
import { describeMetric } from "./metrics.js";
import { smooth } from "./statistics.js";
import { formatNumber } from "./table.js";
/** Draws metrics of one or several runs. Each has a picture by itself, and `overview` has all of them. */
export async function plotRuns(runs, { metrics } = {}) {
    const named = withUniqueNames(runs);
    const figures = metrics ? chosenFigures(named, metrics) : usualFigures(named);
    const shown = Object.entries(figures).filter(([, { series }]) => series.length > 0);
    if (shown.length === 0)
        throw new Error("None of these runs has a metric to plot; look into their metrics.jsonl.");
    const title = named.map(({ name }) => name).join(", ");
    const lines = shown.map(([, figure]) => figure);
    const subtitle = [...new Set(lines.map(({ subtitle }) => subtitle ?? ""))].sort((a, b) => b.length - a.length)[0];
    const overview = drawLineGrid({
        title: title.length > 60 ? `${named.length} runs` : title,
        ...(subtitle ? { subtitle } : {}),
        figures: lines.map(({ subtitle: _, ...figure }) => figure),
    });
    const single = shown.map(async ([name, figure]) => ({ name, svg: await drawLines(figure) }));
    return Promise.all([overview.then((svg) => ({ name: "overview", svg })), ...single]);
}
function usualFigures(runs) {
    const passAtK = metricNames(runs).filter((name) => /^eval\/pass@\d+$/.test(name) && name !== "eval/pass@1");
    const scores = [...["eval/pass@1", "eval/greedy"], ...passAtK].map((name) => scoreFigure(runs, name));
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
function chosenFigures(runs, metrics) {
    const drawn = metrics.map((name) => {
        const { unit } = describeMetric(name) ?? { unit: "" };
        return [
            fileStem(name),
            name.startsWith("eval/") ? scoreFigure(runs, name)[1] : figure(runs, name, name, unit),
        ];
    });
    return Object.fromEntries(drawn);
}
/** Evaluations are few, so each is a point of the curve. */
function scoreFigure(runs, metric) {
    const title = metric.replace("eval/greedy", "eval/pass@1, greedy").replace("eval/", "Evaluation: ");
    const { subtitle: _, ...lines } = figure(runs, metric, title, describeMetric(metric)?.unit ?? "", 1);
    return [fileStem(metric), lines];
}
function fileStem(metric) {
    return metric.replaceAll("@", "_at_").replaceAll(/\W+/g, "_");
}
/** The names of the metrics that any of the runs has, in alphabetical order. */
export function metricNames(runs) {
    const names = new Set(runs.flatMap(({ metrics }) => metrics.flatMap((line) => Object.keys(line))));
    return [...names].filter((name) => name !== "step").sort();
}
/** Whether a metric of a run ever changes. The gate `entropy-effect`, for instance, lets every token through, always. */
function moves(metric) {
    return (run) => new Set(metricPoints(run, metric).map(({ y }) => y)).size > 1;
}
/** The values of one metric over the steps, without steps that lack it. */
export function metricPoints(run, metric) {
    return run.metrics.flatMap(({ step, [metric]: y }) => (typeof y === "number" && Number.isFinite(y) ? [{ x: step, y }] : []));
}
function figure(runs, metric, title, unit, longest = Number.POSITIVE_INFINITY) {
    const curves = runs.map((run) => ({ name: run.name, points: metricPoints(run, metric) })).filter(({ points }) => points.length > 0);
    const window = Math.min(longest, smoothingWindow(Math.max(0, ...curves.map(({ points }) => points.length))));
    const raw = window > 1 ? curves.map((curve) => ({ ...curve, style: "faint" })) : [];
    const bold = curves.map(({ name, points }) => ({ name, points: smooth(points, window) }));
    const subtitle = window > 1 ? { subtitle: `bold: moving mean of ${window} steps; faint: each step` } : {};
    return { title, ...subtitle, x: { title: "step" }, y: { title: unit }, series: [...raw, ...bold], ...colouring(runs) };
}
/** The first run of a method has the method's colour, so that a method looks the same in every picture. */
function colouring(runs) {
    const first = runs.filter(({ method }, i) => method !== undefined && runs.findIndex((other) => other.method === method) === i);
    return { names: runs.map(({ name }) => name), methods: Object.fromEntries(first.map(({ name, method }) => [name, method])) };
}
/** An odd number of steps that grows with the run. It is 1, which smooths nothing, for very short runs. */
function smoothingWindow(steps) {
    return steps < 12 ? 1 : 2 * Math.max(1, Math.round(steps / 30)) + 1;
}
/**
 * A target that all runs share is a labelled line. Targets that differ or move are dashed curves in the colours of their runs. The target is 0
 * where the controller holds nothing, or has not found its target yet.
 */
function entropyFigure(runs) {
    const lines = figure(runs, "entropy", "Entropy", "nats per token");
    const targets = runs
        .map((run) => ({ name: run.name, points: metricPoints(run, "entropic/target").filter(({ y }) => y > 0) }))
        .filter(({ points }) => points.length > 0);
    const values = new Set(targets.flatMap(({ points }) => points.map(({ y }) => y)));
    const [only] = values;
    if (only === undefined)
        return lines;
    if (values.size === 1)
        return { ...lines, rules: [{ y: only, label: `target ${formatNumber(only, 3)}` }] };
    const subtitle = [lines.subtitle, "dashed: target"].filter(Boolean).join("; ");
    return { ...lines, subtitle, series: [...targets.map((target) => ({ ...target, style: "dashed" })), ...lines.series] };
}
function alphaFigure(runs) {
    const steered = runs.filter((run) => metricPoints(run, "entropic/alpha").some(({ y }) => y !== 0));
    const lines = { ...figure(steered, "entropic/alpha", "Alpha (above 0 lowers entropy)", "alpha"), ...colouring(runs) };
    const controlled = new Set(lines.series.map(({ name }) => name));
    const limits = new Set(runs.flatMap(({ name, alphaLimit }) => (controlled.has(name) && alphaLimit !== undefined ? [alphaLimit] : [])));
    const rules = [...limits].flatMap((limit) => [
        { y: limit, label: `limit ${formatNumber(limit, 3)}` },
        { y: -limit, label: `limit -${formatNumber(limit, 3)}` },
    ]);
    if (limits.size === 0)
        return lines;
    const reach = 1.2 * Math.max(...limits);
    return { ...lines, rules, y: { ...lines.y, domain: [-reach, reach] } };
}
/** Runs whose folders end alike are named by one more part of their paths, or by number if that does not help. */
function withUniqueNames(runs) {
    const counted = (names, name) => names.filter((other) => other === name).length > 1;
    const short = runs.map(({ name }) => name);
    const longer = runs.map((run) => (counted(short, run.name) ? run.folder.split(/[\\/]/).filter(Boolean).slice(-2).join("/") : run.name));
    return runs.map((run, index) => ({ ...run, name: counted(longer, longer[index]) ? `${longer[index]} (${index + 1})` : longer[index] }));
}
