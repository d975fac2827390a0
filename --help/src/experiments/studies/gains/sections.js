import { markdownTable } from "../../framework/markdown.js";
import { percent, signedPercent } from "../../framework/numbers.js";
import { MOST_DEVIATION, MOST_SWINGS, meanErrorOf, measuredBoundary, noiseBoundary, predictedBoundary, responseOf, swings, } from "./response.js";
import { ofFirstSeed } from "./settings.js";
import { bestOf, limitOf, nameOf, shown } from "./verdicts.js";
const SWINGING = ["alpha", "entropy"];
/** What the report says between its verdicts and its provenance; every number comes from the findings. */
export function gainsSections(settings, { plants }) {
    return [
        "## The lever and its limits",
        `The authority b is how far entropy falls in a step at alpha 1, measured with alpha held fixed for ${settings.openLoop.steps} steps from the start; s is the
standard deviation of one step's entropy without control. The target is ${settings.share} of each start's own entropy. Two things can go wrong as kp grows, and
the table has the largest gain of the grid (kp alone) that is free of each:

* **entropy oscillates**: it varies more than ${MOST_DEVIATION} times as much as without control. Theory (docs/method.md, Gains) expects it above kp = 2 / b.
* **alpha swings** from one side to the other by more than half its limit in ${100 * MOST_SWINGS} % of the steps or more. Noise alone does that above
  kp = limit / (2 sqrt(2) s), because the entropy of one step is only a sample.`,
        leverTable(settings, plants),
        "![Standard deviation of entropy by gain, with the boundary that theory expects](boundary.svg)",
        `Alpha is clamped at ${settings.entropy.limit}, so a step moves entropy by b times that at most, which is no more than s: a loop above 2 / b bangs between
its limits without being seen in the entropy. What limits the gain in practice is noise, long before stability.`,
        "## Every gain",
        `"reached" is the first step whose mean of five is within 10 % of the target. "overshoot" is how far such a mean went past the target, and "offset" is
the distance of the last third's mean from it, both as shares of the target. "mean abs e" and "sd" are over the last third, in nats. "swings" is the
share of steps in which alpha changes sides.`,
        ...ofFirstSeed(plants).flatMap((plant) => [`### ${nameOf(plant)}`, gridTable(settings, plant)]),
        "![Mean distance from the target by gain](error.svg)",
        "![Entropy over the steps by gain](curves.svg)",
    ];
}
function leverTable(settings, plants) {
    const limit = limitOf(settings);
    const boundary = (what, plant) => {
        const found = measuredBoundary(what, plant, limit);
        return found === undefined ? "below the grid" : Number.isFinite(found) ? String(found) : `all (${Math.max(...settings.kp)})`;
    };
    const rows = plants.map((plant) => [
        nameOf(plant),
        plant.start.toFixed(3),
        plant.authority.toFixed(4),
        plant.drift.toFixed(4),
        responseOf(plant.free, plant.target, limit).deviation.toFixed(4),
        shown(predictedBoundary(plant.authority, 0)),
        boundary("entropy", plant),
        shown(noiseBoundary(plant, limit)),
        boundary("alpha", plant),
        plant.automatic.authority.toFixed(4),
        plant.automatic.kp.toPrecision(3),
    ]);
    const measured = ["2 / b", "entropy steady up to", "limit / (2 sqrt(2) s)", "alpha steady up to"];
    return markdownTable(["size, gate", "H of the start", "b", "drift", "s", ...measured, "b, automatic", "kp, automatic"], rows);
}
function gridTable(settings, plant) {
    const limit = limitOf(settings);
    const best = bestOf(plant);
    const row = (name, run) => {
        const { reached, overshoot, offset, deviation, swings: share } = responseOf(run, plant.target, limit);
        const says = [
            ...(run === best ? ["best"] : []),
            ...SWINGING.filter((what) => swings(what, run, plant, limit)).map((what) => `${what} swings`),
        ].join(", ");
        return [
            name,
            plant.authority > 0 ? (run.kp * plant.authority).toFixed(2) : "",
            reached === undefined ? "never" : String(reached),
            percent(overshoot, 0),
            signedPercent(offset),
            meanErrorOf(run, plant.target).toFixed(4),
            deviation.toFixed(4),
            share.toFixed(2),
            says,
        ];
    };
    const automatic = `automatic: kp ${plant.automatic.kp.toPrecision(3)}, ki ${plant.automatic.ki.toPrecision(2)}`;
    const rows = [
        row("no control", plant.free),
        ...plant.grid.map((run) => row(`kp ${run.kp}, ki ${Number(run.ki.toPrecision(3))}`, run)),
        row(automatic, plant.automatic),
    ];
    return markdownTable(["gains", "b kp", "reached", "overshoot", "offset", "mean abs e", "sd", "swings", ""], rows);
}
