import { authorityOf, beforeAndAfter } from "../../framework/authority.js";
import { fiveDigits } from "../../framework/numbers.js";
import { seriesOf } from "../../framework/series.js";
import { automaticName, freeName, gridName, openLoopName, targetOf } from "./cells.js";
import { plantsOf } from "./settings.js";
export function gainsFindings(settings, results) {
    return { plants: plantsOf(settings).map((plant) => plantFindings(settings, plant, results)) };
}
function plantFindings(settings, plant, results) {
    const metricsOf = (name) => results.get(name).metrics;
    const { openLoop, kp, kiRatios } = settings;
    const { authority, drift } = authorityOf(openLoop.alphas.map((alpha) => ({ alpha, ...beforeAndAfter(metricsOf(openLoopName(plant, alpha))), steps: openLoop.steps })));
    const automatic = metricsOf(automaticName(plant));
    const found = automatic.at(-1);
    return {
        ...plant,
        start: fiveDigits(metricsOf(freeName(plant))[0]["eval/entropy"]),
        target: targetOf(settings, plant, results),
        authority: fiveDigits(authority),
        drift: fiveDigits(drift),
        free: runOf(metricsOf(freeName(plant)), 0, 0),
        grid: kp.flatMap((gain) => kiRatios.map((ratio) => runOf(metricsOf(gridName(plant, gain, ratio)), gain, gain * ratio))),
        automatic: {
            ...runOf(automatic, fiveDigits(found["entropic/kp"]), fiveDigits(found["entropic/ki"])),
            authority: fiveDigits(found["entropic/authority"]),
        },
    };
}
function runOf(metrics, kp, ki) {
    return { kp, ki, entropy: seriesOf(metrics, "entropy"), alpha: seriesOf(metrics, "entropic/alpha") };
}
