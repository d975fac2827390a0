import { type BarFigure, drawBars, drawLineGrid, drawLines, type LineFigure, type Rule, type Series } from "../../../report/figure.ts";
import type { Picture } from "../../../report/plots.ts";
import { bandOverSeeds, meanInterval } from "../../../report/significance.ts";
import { curveOf, type Point } from "../../../report/statistics.ts";
import type { Loop, Regime } from "./cells.ts";
import type { ClosedLoopRun, FixedAlphaRun, ToyFindings } from "./findings.ts";
import type { ToySettings } from "./settings.ts";
import { runsOf, settlings } from "./verdicts.ts";

const loopNames: Readonly<Record<Loop, string>> = { none: "GRPO, no control", p: "P only", pi: "PI" };
const names = Object.values(loopNames);

/** The pictures of the report. Bands are 95 % intervals over seeds. */
export async function toyPictures(settings: ToySettings, findings: ToyFindings): Promise<Picture[]> {
  const pictures: readonly (readonly [string, Promise<string>])[] = [
    ["open_loop", drawLines(openLoopFigure(findings.openLoop))],
    ["authority", drawLines(authorityFigure(findings.openLoop))],
    ["on_policy", drawRegime(settings, findings, "on-policy", "On-policy: one update per rollout")],
    ["off_policy", drawRegime(settings, findings, "off-policy", `Off-policy: ${settings.offPolicy.updatesPerRollout} updates per rollout`)],
    ["errors", drawBars(errorFigure(settings, findings))],
  ];
  return Promise.all(pictures.map(async ([name, svg]) => ({ name, svg: await svg })));
}

function openLoopFigure(runs: readonly FixedAlphaRun[]): LineFigure {
  const alphas = alphasOf(runs);
  const series = alphas.map((alpha): Series => {
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

function authorityFigure(runs: readonly FixedAlphaRun[]): LineFigure {
  const perSeed = [...new Set(runs.map(({ seed }) => seed))].map((seed) =>
    runs.filter((run) => run.seed === seed).map(({ alpha, before, after, steps }): Point => ({ x: alpha, y: (after - before) / steps })),
  );
  return {
    title: "What alpha does to entropy",
    subtitle: "mean and 95 % interval over seeds; the slope is -b",
    x: { title: "alpha" },
    y: { title: "change of entropy, nats per step" },
    series: [{ name: "measured", points: bandOverSeeds(perSeed) }],
    rules: [{ y: 0, label: "no change" }],
  };
}

function drawRegime(settings: ToySettings, findings: ToyFindings, regime: Regime, title: string): Promise<string> {
  const x = { title: regime === "on-policy" ? "steps" : "rollouts" };
  const curves = (series: (run: ClosedLoopRun) => readonly number[]): Series[] =>
    kindsOf(settings).map(({ loop, target }) => ({
      name: loopNames[loop],
      points: bandOverSeeds(runsOf(findings, regime, loop, target).map((run) => curveOf(series(run), 1))),
    }));
  const figures: LineFigure[] = [
    {
      title: "Entropy",
      x,
      y: { title: "nats per token" },
      series: curves(({ entropy }) => entropy),
      rules: settings.targets.map((target) => ({ y: target, label: `target ${target}` })),
      names,
    },
    alphaFigure(
      settings,
      curves(({ alpha }) => alpha),
      x,
    ),
  ];
  return drawLineGrid({
    title,
    subtitle: "mean and 95 % interval over seeds; one target below the start, one above it",
    figures,
  });
}

function alphaFigure({ entropy: { limit } }: ToySettings, series: readonly Series[], x: { title: string }): LineFigure {
  const rules: Rule[] = [
    { y: limit, label: `limit ${limit}` },
    { y: -limit, label: `limit -${limit}` },
  ];
  const reach = 1.2 * limit;
  return { title: "Alpha (above 0 lowers entropy)", x, y: { title: "alpha", domain: [-reach, reach] }, series, rules, names };
}

function errorFigure(settings: ToySettings, findings: ToyFindings): BarFigure {
  const bars = (["on-policy", "off-policy"] as const).flatMap((regime) =>
    settings.targets.flatMap((target) =>
      (["p", "pi"] as const).map((loop) => {
        const { mean, low, high } = meanInterval(settlings(findings, regime, loop, target).map(({ meanError }) => meanError));
        return { group: `${regime}, ${target}`, series: loopNames[loop], value: mean, low: Math.max(0, low), high };
      }),
    ),
  );
  return {
    title: "Distance from the target",
    subtitle: "mean |entropy - target|, last half; lines: 95 % over seeds",
    y: { title: "nats per token" },
    bars,
    names,
  };
}

function kindsOf({ targets }: ToySettings): { loop: Loop; target?: number }[] {
  return [
    { loop: "none" },
    ...targets.flatMap((target) => [
      { loop: "p" as const, target },
      { loop: "pi" as const, target },
    ]),
  ];
}

function alphasOf(runs: readonly FixedAlphaRun[]): number[] {
  return [...new Set(runs.map(({ alpha }) => alpha))].sort((a, b) => a - b);
}

function alphaName(alpha: number): string {
  return `alpha ${alpha > 0 ? "+" : ""}${alpha}`;
}
