import { createDiagnostics, diagnosticSettings } from "../../../rl/diagnostics/index.js";
import { fiveDigits } from "../numbers.js";
import { seedsOf } from "../seeds.js";
import { averageOf, lastPart, seriesOf, trainingSteps } from "../series.js";
import { cellName } from "./cells.js";
import { armNames, groupNames } from "./settings.js";
export function armsFindings(settings, results) {
    const runs = seedsOf(settings).flatMap((seed) => groupNames(settings).flatMap((group) => armNames(settings).map((arm) => {
        const result = results.get(cellName(seed, arm, group));
        return { group, arm, seed, ...measure(result), ...(settings.byTag && { tags: tagsOf(result) }) };
    })));
    const first = results.values().next().value;
    return { k: first.config.eval.completions, runs };
}
/** The runs of one group, as findings of their own. */
export function ofGroup({ k, runs }, group) {
    return { k, runs: runs.filter((run) => run.group === group) };
}
function measure({ config, metrics }) {
    const steps = trainingSteps(metrics);
    const late = lastPart(steps, 2);
    const k = config.eval.completions;
    const [first, last] = [metrics[0], metrics.at(-1)];
    const scored = (prefix) => ({ before: scoreOf(first, k, prefix), after: scoreOf(last, k, prefix) });
    return {
        target: targetOf(config, averageOf(late, "entropic/target")),
        entropy: seriesOf(steps, "entropy"),
        alpha: seriesOf(steps, "entropic/alpha"),
        reward: seriesOf(steps, "reward"),
        gated: averageOf(late, "entropic/gated_fraction"),
        saturated: averageOf(late, "entropic/saturated"),
        equalGroups: averageOf(late, "frac_reward_zero_std"),
        ...scored("eval"),
        elsewhere: Object.fromEntries(elsewhereNames(last).map((name) => [name, scored(`eval/${name}`)])),
        diagnoses: diagnosesOf(config, steps),
        seconds: fiveDigits(steps.reduce((sum, line) => sum + Number(line.step_time ?? 0), 0)),
    };
}
/** What the controller held on average over the last half. A run whose controller held nothing is measured against the target of its settings. */
function targetOf({ entropy: { target } }, held) {
    if (held > 0)
        return held;
    return typeof target === "number" ? target : null;
}
function scoreOf(metrics, k, prefix) {
    const named = metrics;
    const value = (name) => fiveDigits(Number(named[`${prefix}/${name}`] ?? Number.NaN));
    const distinct = named[`${prefix}/distinct`] === undefined ? null : value("distinct");
    return { passAt1: value("pass@1"), passAtK: value(`pass@${k}`), greedy: value("greedy"), distinct };
}
function elsewhereNames(metrics) {
    return Object.keys(metrics).flatMap((name) => /^eval\/(.+)\/pass@1$/.exec(name)?.[1] ?? []);
}
/** What the diagnostics of `train` say of these steps. */
function diagnosesOf(config, steps) {
    const diagnostics = createDiagnostics(diagnosticSettings(config));
    return [...new Set(steps.flatMap((line) => diagnostics.observe(line)).map(({ name }) => name))].sort();
}
function tagsOf({ metrics }) {
    const names = new Set(metrics.flatMap((line) => Object.keys(line)).flatMap((name) => /^tags\/(.+)\/entropy$/.exec(name)?.[1] ?? []));
    return Object.fromEntries([...names].sort().map((tag) => [tag, seriesOf(metrics, `tags/${tag}/entropy`)]));
}
