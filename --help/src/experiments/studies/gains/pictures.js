import { drawLineGrid } from "../../../report/figure.js";
import { curveOf, smooth } from "../../../report/statistics.js";
import { MOST_DEVIATION, meanErrorOf, noiseBoundary, predictedBoundary, responseOf } from "./response.js";
import { ofFirstSeed } from "./settings.js";
import { limitOf, nameOf, shown } from "./verdicts.js";
const size = { width: 330, height: 190 };
/** Pictures of the runs of the first seed. Those of the other seeds would say the same. */
export async function gainsPictures(settings, { plants }) {
    const columns = Object.keys(settings.gates).length;
    const draw = async (name, text, figure) => {
        const figures = ofFirstSeed(plants).map((plant) => figure(settings, plant));
        return { name, svg: await drawLineGrid({ ...text, figures, columns }, size) };
    };
    return Promise.all([
        draw("boundary", BOUNDARY, boundaryFigure),
        draw("error", ERROR, errorFigure),
        draw("curves", { title: "Entropy by gain", subtitle: `moving mean of 5 steps; ki = ${Math.max(...settings.kiRatios)} kp` }, curveFigure),
    ]);
}
const BOUNDARY = {
    title: "Where the loop begins to oscillate",
    subtitle: "standard deviation of entropy over the last third; red: where noise alone makes alpha swing, and where theory expects oscillation",
};
const ERROR = {
    title: "How near the target each gain stays",
    subtitle: "mean distance of a step from the target over the last third; dashed: automatic gains",
};
const gainAxis = { title: "kp (alpha per nat)", scale: "log" };
function seriesByRatio(settings, plant, of) {
    return settings.kiRatios.map((ratio) => ({
        name: ratio === 0 ? "kp alone" : `ki = ${ratio} kp`,
        points: plant.grid.filter(({ kp, ki }) => Math.abs(ki - kp * ratio) < 1e-9).map((run) => ({ x: run.kp, y: of(run) })),
    }));
}
function boundaryFigure(settings, plant) {
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
function errorFigure(settings, plant) {
    const automatic = meanErrorOf(plant.automatic, plant.target);
    return {
        title: nameOf(plant),
        x: gainAxis,
        y: { title: "mean |e|, nats" },
        series: seriesByRatio(settings, plant, (run) => meanErrorOf(run, plant.target)),
        rules: [{ y: automatic, label: `automatic: kp ${plant.automatic.kp.toPrecision(2)}` }],
    };
}
function curveFigure(settings, plant) {
    const most = Math.max(...settings.kiRatios);
    const runs = plant.grid.filter(({ kp, ki }) => Math.abs(ki - kp * most) < 1e-9);
    const curve = (name, run) => ({
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
