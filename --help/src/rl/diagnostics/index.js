import { collapse } from "./collapse.js";
import { deadLeverGate, deadLeverRewards } from "./dead_lever.js";
import { nonFinite } from "./non_finite.js";
import { allMasked, unscored } from "./nothing_to_learn.js";
import { offset } from "./offset.js";
import { oscillation } from "./oscillation.js";
import { saturation } from "./saturation.js";
export { diagnosticSettings } from "./contract.js";
/** Every diagnosis by the name that its findings carry. A new one is a file and a line here. */
export const diagnoses = {
    oscillation,
    offset,
    saturation,
    "dead-lever-gate": deadLeverGate,
    "dead-lever-rewards": deadLeverRewards,
    "non-finite": nonFinite,
    unscored,
    "all-masked": allMasked,
    collapse,
};
/** After so many steps without a finding it is reported anew: half the longest window, so that noise at a threshold does not repeat it. */
const CLEAR_STEPS = 10;
/** Watches a run step by step. It reports a finding once, again when the finding has become worse, and anew after ten steps without it. */
export function createDiagnostics(settings) {
    const history = [];
    const said = new Map();
    const observeOne = (name, diagnosis) => {
        const found = diagnosis(history, settings);
        const before = said.get(name);
        if (!found) {
            if (before && ++before.clear >= CLEAR_STEPS)
                said.delete(name);
            return [];
        }
        const isWorse = before !== undefined && rank(found.severity) > rank(before.severity);
        said.set(name, { clear: 0, severity: before && !isWorse ? before.severity : found.severity });
        return before && !isWorse ? [] : [{ name, step: history.at(-1).step, ...found }];
    };
    return {
        observe: (metrics) => {
            history.push(metrics);
            return Object.entries(diagnoses).flatMap(([name, diagnosis]) => observeOne(name, diagnosis));
        },
    };
}
function rank(severity) {
    return ["info", "warning", "error"].indexOf(severity);
}
