import { drawBars, drawLineGrid } from "../../../report/figure.js";
import { bandOverSeeds, meanInterval } from "../../../report/significance.js";
import { curveOf, smooth } from "../../../report/statistics.js";
import { slug } from "../names.js";
import { holdingArms } from "./cells.js";
import { ofGroup } from "./findings.js";
import { runsOf } from "./holding.js";
import { ALONE, armNames, groupNames } from "./settings.js";
/** Curves are averaged over so many steps, because the entropy of a single step is noisy. */
const WINDOW = 9;
/** So many curves can be told apart in one picture. Where there are more arms, each gets a panel of its own. */
const MOST_IN_ONE = 7;
export function pictureName(kind, group) {
    return group === ALONE ? kind : `${kind}-${slug(group)}`;
}
/**
 * Two pictures for each group: `curves` has entropy, alpha and reward over the steps, `scores` has pass@1 and pass@k after training.
 * Bands are 95 % intervals over seeds.
 */
export async function armPictures(title, settings, findings) {
    const names = armNames(settings);
    const pictures = groupNames(settings).map(async (group) => {
        const own = ofGroup(findings, group);
        const headed = group === ALONE ? title : `${title} (${group})`;
        return [
            {
                name: pictureName("curves", group),
                svg: await drawCurves(headed, { names, holding: holdingArms(settings, group), runs: own.runs }),
            },
            { name: pictureName("scores", group), svg: await drawBars(scoreFigure(headed, names, own), scoreSize(names)) },
        ];
    });
    return (await Promise.all(pictures)).flat();
}
async function drawCurves(title, curves) {
    const { names, runs } = curves;
    const seeds = new Set(runs.map(({ seed }) => seed)).size;
    const subtitle = `moving mean of ${WINDOW} steps; mean and 95 % interval over ${seeds} ${seeds === 1 ? "seed" : "seeds"}`;
    if (names.length <= MOST_IN_ONE)
        return drawLineGrid({ title, subtitle, figures: curveFigures(curves) });
    return drawLineGrid({ title, subtitle, figures: panels(curves), columns: 3 }, { width: 260, height: 150 });
}
const x = { title: "training steps" };
function curveFigures({ names, holding, runs }) {
    const curves = (of) => names.map((name) => curve(name, runsOf(runs, name).map(of)));
    const rules = targetRules(runs, holding);
    return [
        { title: "Entropy", x, y: { title: "nats per token" }, series: curves((run) => run.entropy), rules, names },
        { title: "Alpha (above 0 lowers entropy)", x, y: { title: "alpha" }, series: curves((run) => run.alpha), names },
        { title: "Reward while training", x, y: { title: "mean reward" }, series: curves((run) => run.reward), names },
    ];
}
/** The entropy of each arm in a panel, with that of the first arm for comparison. */
function panels({ names, holding, runs }) {
    const [baseline, ...others] = names;
    const entropies = runs.flatMap(({ entropy }) => entropy);
    const inTwentieths = (round, value) => round(value * 20) / 20;
    const domain = [inTwentieths(Math.floor, Math.min(...entropies)), inTwentieths(Math.ceil, Math.max(...entropies))];
    const y = { title: "entropy, nats", domain };
    const of = (name) => curve(name, runsOf(runs, name).map((run) => run.entropy));
    const rulesOf = (name) => targetRules(runs, holding.includes(name) ? [name] : []);
    return others.map((name) => ({ title: name, x, y, series: [of(baseline), of(name)], rules: rulesOf(name), names }));
}
export function curve(name, series) {
    return { name, points: bandOverSeeds(series.map((values) => smooth(curveOf(values, 1), WINDOW))) };
}
/** A line for each target that all seeds of an arm share. A target that every run finds for itself has none. */
function targetRules(runs, holding) {
    const targets = holding.map((arm) => new Set(runsOf(runs, arm).flatMap(({ target }) => target ?? [])));
    const shared = targets.flatMap((ofArm) => (ofArm.size === 1 ? [...ofArm] : []));
    return [...new Set(shared)].map((target) => ({ y: target, label: `target ${target}` }));
}
function scoreSize(names) {
    return { width: Math.max(560, 60 * names.length), height: 300 };
}
function scoreFigure(title, names, { runs, k }) {
    const bars = names.flatMap((series) => [
        { group: "pass@1, sampled", of: (run) => run.after.passAt1 },
        { group: "pass@1, greedy", of: (run) => run.after.greedy },
        { group: `pass@${k}`, of: (run) => run.after.passAtK },
    ].map(({ group, of }) => {
        const { mean, low, high } = meanInterval(runsOf(runs, series).map(of));
        return { group, series, value: mean, low: Math.max(0, low), high: Math.min(1, high) };
    }));
    return {
        title: `${title}: after training`,
        subtitle: "held-out problems; lines: 95 % over seeds",
        y: { title: "share solved" },
        bars,
        names,
    };
}
