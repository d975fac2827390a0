import { drawBars, drawLineGrid } from "../../../report/figure.js";
import { meanInterval } from "../../../report/significance.js";
import { ofGroup } from "../../framework/arms/findings.js";
import { holdingOf, runsOf } from "../../framework/arms/holding.js";
import { armNames } from "../../framework/arms/settings.js";
import { armsOf } from "./settings.js";
/** Two pictures: `distributions` has histograms by task and advantage, `offsets` how far off the target each remedy ends by shape of the reward. */
export async function advantagesPictures(settings, findings) {
    return [
        { name: "distributions", svg: await drawDistributions(findings) },
        { name: "offsets", svg: await drawOffsets(settings, findings) },
    ];
}
function drawDistributions({ distributions }) {
    const functions = [...new Set(distributions.map(({ advantage }) => advantage))];
    const figures = functions.map((advantage) => ({
        title: advantage,
        x: { title: "advantage" },
        y: { title: "share of completions" },
        series: distributions
            .filter((distribution) => distribution.advantage === advantage)
            .map(({ task, histogram: { from, width, shares } }) => ({
            name: task,
            points: shares.map((y, bin) => ({ x: from + bin * width, y })),
        })),
    }));
    const title = "Advantages by task and by how they are computed";
    return drawLineGrid({ title, subtitle: "shares of bins 0.25 wide; the ends hold what lies beyond", figures, columns: 3 }, { width: 240, height: 150 });
}
function drawOffsets(settings, { arms }) {
    const names = armNames(armsOf(settings));
    const bars = Object.keys(settings.groups).flatMap((group) => names.map((series) => {
        const offsets = runsOf(ofGroup(arms, group).runs, series).map((run) => 100 * holdingOf(run).offset);
        const { mean, low, high } = meanInterval(offsets);
        return { group, series, value: mean, low, high };
    }));
    return drawBars({
        title: "Offset from the target, by shape of the reward and remedy",
        subtitle: "over the last half of training; lines: 95 % over seeds; the target is 0",
        y: { title: "offset, % of the target" },
        bars,
        names,
        rules: [
            { y: 10, label: "+10 %" },
            { y: -10, label: "-10 %" },
        ],
    }, { width: 900, height: 300 });
}
