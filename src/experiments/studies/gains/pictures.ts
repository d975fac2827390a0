import { drawLineGrid, type LineFigure, type Series } from "../../../report/figure.ts";
import type { Picture } from "../../../report/plots.ts";
import { curveOf, smooth } from "../../../report/statistics.ts";
import type { GainsFindings, GainsRun, PlantFindings } from "./findings.ts";
import { MOST_DEVIATION, meanErrorOf, noiseBoundary, predictedBoundary, responseOf } from "./response.ts";
import { type GainsSettings, ofFirstSeed } from "./settings.ts";
import { limitOf, nameOf, shown } from "./verdicts.ts";

const size = { width: 330, height: 190 };

/** Pictures of the runs of the first seed. Those of the other seeds would say the same. */
export async function gainsPictures(settings: GainsSettings, { plants }: GainsFindings): Promise<Picture[]> {
  const columns = Object.keys(settings.gates).length;
  const draw = async (name: string, text: { title: string; subtitle: string }, figure: DrawPlant): Promise<Picture> => {
    const figures = ofFirstSeed(plants).map((plant) => figure(settings, plant));
    return { name, svg: await drawLineGrid({ ...text, figures, columns }, size) };
  };
  return Promise.all([
    draw("boundary", BOUNDARY, boundaryFigure),
    draw("error", ERROR, errorFigure),
    draw(
      "curves",
      { title: "Entropy by gain", subtitle: `moving mean of 5 steps; ki = ${Math.max(...settings.kiRatios)} kp` },
      curveFigure,
    ),
  ]);
}

type DrawPlant = (settings: GainsSettings, plant: PlantFindings) => LineFigure;

const BOUNDARY = {
  title: "Where the loop begins to oscillate",
  subtitle:
    "standard deviation of entropy over the last third; red: where noise alone makes alpha swing, and where theory expects oscillation",
};

const ERROR = {
  title: "How near the target each gain stays",
  subtitle: "mean distance of a step from the target over the last third; dashed: automatic gains",
};

const gainAxis = { title: "kp (alpha per nat)", scale: "log" } as const;

function seriesByRatio(settings: GainsSettings, plant: PlantFindings, of: (run: GainsRun) => number): Series[] {
  return settings.kiRatios.map((ratio) => ({
    name: ratio === 0 ? "kp alone" : `ki = ${ratio} kp`,
    points: plant.grid.filter(({ kp, ki }) => Math.abs(ki - kp * ratio) < 1e-9).map((run) => ({ x: run.kp, y: of(run) })),
  }));
}

function boundaryFigure(settings: GainsSettings, plant: PlantFindings): LineFigure {
  const limit = limitOf(settings);
  const predicted = predictedBoundary(plant.authority, 0);
  const noise = noiseBoundary(plant, limit);
  const free = responseOf(plant.free, plant.target, limit).deviation;
  const marks = [
    { x: noise, label: `noise: ${shown(noise)}` },
    { x: predicted, label: `2 / b: ${shown(predicted)}` },
  ];
  return {
    title: nameOf(plant),
    x: gainAxis,
    y: { title: "sd of entropy, nats", domain: [0, 3 * free] },
    series: seriesByRatio(settings, plant, (run) => responseOf(run, plant.target, limit).deviation),
    marks: marks.filter(({ x }) => x <= 3 * Math.max(...settings.kp)),
    rules: [
      { y: free, label: "without control" },
      { y: MOST_DEVIATION * free, label: "counted as oscillation" },
    ],
  };
}

function errorFigure(settings: GainsSettings, plant: PlantFindings): LineFigure {
  const automatic = meanErrorOf(plant.automatic, plant.target);
  return {
    title: nameOf(plant),
    x: gainAxis,
    y: { title: "mean |e|, nats" },
    series: seriesByRatio(settings, plant, (run) => meanErrorOf(run, plant.target)),
    rules: [{ y: automatic, label: `automatic: kp ${plant.automatic.kp.toPrecision(2)}` }],
  };
}

function curveFigure(settings: GainsSettings, plant: PlantFindings): LineFigure {
  const most = Math.max(...settings.kiRatios);
  const runs = plant.grid.filter(({ kp, ki }) => Math.abs(ki - kp * most) < 1e-9);
  const curve = (name: string, run: GainsRun): Series => ({
    name,
    points: smooth(curveOf(run.entropy, 1), 5),
  });
  return {
    title: nameOf(plant),
    x: { title: "training steps" },
    y: { title: "entropy, nats per token" },
    series: [curve("GRPO", plant.free), ...runs.map((run) => curve(`kp ${run.kp}`, run)), curve("automatic", plant.automatic)],
    rules: [{ y: plant.target, label: `target ${plant.target}` }],
  };
}
