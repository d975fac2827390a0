import { drawBars, drawLineGrid, drawLines } from "../../../report/figure.js";
import { bandOverSeeds, meanInterval } from "../../../report/significance.js";
import { curveOf } from "../../../report/statistics.js";
import { runsOf, settlings } from "./verdicts.js";
const loopNames = { none: "GRPO, no control", p: "P only", pi: "PI" };
const names = Object.values(loopNames);
/** The pictures of the report. Bands are 95 % intervals over seeds. */
export async function toyPictures(settings, findings) {
    const pictures = [
        ["open_loop", drawLines(openLoopFigure(findings.openLoop))],
        ["authority", drawLines(authorityFigure(findings.openLoop))],
        ["on_policy", drawRegime(settings, findings, "on-policy", "On-policy: one update per rollout")],
        ["off_policy", drawRegime(settings, findings, "off-policy", `Off-policy: ${settings.offPolicy.updatesPerRollout} updates per rollout`)],
        ["errors", drawBars(errorFigure(settings, findings))],
    ];
    return Promise.all(pictures.map(async ([name, svg]) => ({ name, svg: await svg })));
}
function openLoopFigure(runs) {
    const alphas = alphasOf(runs);
    const series = alphas.map((alpha) => {
        const curves = runs.filter((run) => run.alpha === alpha).map(({ entropy, after }) => curveOf([...entropy, after]));
        return { name: alphaName(alpha), points: bandOverSeeds(curves) };
    });
    return {
        title: "Entropy with alpha fixed",
        subtitle: "mean and 95 % interval over seeds; one start for all",
        x: { title: "optimiser steps" },
        y: { title: "entropy, nats per token" },
        series,
    };
}
function authorityFigure(runs) {
    const perSeed = [...new Set(runs.map(({ seed }) => seed))].map((seed) => runs.filter((run) => run.seed === seed).map(({ alpha, before, after, steps }) => ({ x: alpha, y: (after - before) / steps })));
    return {
        title: "What alpha does to entropy",
        subtitle: "mean and 95 % interval over seeds; the slope is -b",
        x: { title: "alpha" },
        y: { title: "change of entropy, nats per step" },
        series: [{ name: "measured", points: bandOverSeeds(perSeed) }],
        rules: [{ y: 0, label: "no change" }],
    };
}
function drawRegime(settings, findings, regime, title) {
    const x = { title: regime === "on-policy" ? "steps" : "rollouts" };
    const curves = (series) => kindsOf(settings).map(({ loop, target }) => ({
        name: loopNames[loop],
        points: bandOverSeeds(runsOf(findings, regime, loop, target).map((run) => curveOf(series(run), 1))),
    }));
    const figures = [
        {
            title: "Entropy",
            x,
            y: { title: "nats per token" },
            series: curves(({ entropy }) => entropy),
            rules: settings.targets.map((target) => ({ y: target, label: `target ${target}` })),
            names,
        },
        alphaFigure(settings, curves(({ alpha }) => alpha), x),
    ];
    return drawLineGrid({
        title,
        subtitle: "mean and 95 % interval over seeds; one target below the start, one above it",
        figures,
    });
}
function alphaFigure({ entropy: { limit } }, series, x) {
    const rules = [
        { y: limit, label: `limit ${limit}` },
        { y: -limit, label: `limit -${limit}` },
    ];
    const reach = 1.2 * limit;
    return { title: "Alpha (above 0 lowers entropy)", x, y: { title: "alpha", domain: [-reach, reach] }, series, rules, names };
}
function errorFigure(settings, findings) {
    const bars = ["on-policy", "off-policy"].flatMap((regime) => settings.targets.flatMap((target) => ["p", "pi"].map((loop) => {
        const { mean, low, high } = meanInterval(settlings(findings, regime, loop, target).map(({ meanError }) => meanError));
        return { group: `${regime}, ${target}`, series: loopNames[loop], value: mean, low: Math.max(0, low), high };
    })));
    return {
        title: "Distance from the target",
        subtitle: "mean |entropy - target|, last half; lines: 95 % over seeds",
        y: { title: "nats per token" },
        bars,
        names,
    };
}
function kindsOf({ targets }) {
    return [
        { loop: "none" },
        ...targets.flatMap((target) => [
            { loop: "p", target },
            { loop: "pi", target },
        ]),
    ];
}
function alphasOf(runs) {
    return [...new Set(runs.map(({ alpha }) => alpha))].sort((a, b) => a - b);
}
function alphaName(alpha) {
    return `alpha ${alpha > 0 ? "+" : ""}${alpha}`;
}
