import { mean } from "../../../report/statistics.js";
import { percent } from "../../framework/numbers.js";
import { settlingOf, TOLERANCE } from "./settling.js";
/** The claims of docs/method.md, "The controller", with its thresholds, held against what was measured. */
export function toyVerdicts(settings, findings) {
    const verdicts = [
        notSaturated(findings),
        targetsOnBothSides(settings, findings),
        falling("One step at +limit lowers entropy and one at -limit raises it, each against alpha 0", findings.oneStep),
        falling(`Open loop: entropy after ${settings.openLoop.steps} steps falls with alpha at every value`, findings.openLoop),
        authorityIsPositive(findings),
        settles(settings, findings, "on-policy"),
        reachedInTime(settings, findings),
        piBeatsP(settings, findings, "on-policy"),
        settles(settings, findings, "off-policy"),
        piBeatsP(settings, findings, "off-policy"),
    ];
    return verdicts.map((verdict) => ({ evenQuick: true, ...verdict }));
}
/** Runs of one kind towards one target, over the seeds. */
export function runsOf(findings, regime, loop, target) {
    return findings.closedLoop.filter((run) => run.regime === regime && run.loop === loop && run.target === target);
}
export function settlings(findings, regime, loop, target) {
    return runsOf(findings, regime, loop, target).map((run) => settlingOf(run, target));
}
function notSaturated({ closedLoop }) {
    const most = Math.max(...closedLoop.map(({ equalGroups }) => equalGroups));
    return {
        claim: "Rewards never become all equal: fewer than 5 % of the groups in the last fifth of any run",
        measured: `at most ${percent(most)}`,
        passed: most < 0.05,
    };
}
function targetsOnBothSides({ targets }, { openLoop }) {
    const starts = openLoop.map(({ before }) => before);
    const [low, high] = [Math.min(...starts), Math.max(...starts)];
    return {
        claim: "Targets lie below and above the entropy that every seed starts with",
        measured: `targets ${targets.join(", ")}; starts ${low.toFixed(3)} to ${high.toFixed(3)} nats`,
        passed: targets.some((target) => target < low) && targets.some((target) => target > high),
    };
}
function falling(claim, runs) {
    const seeds = [...new Set(runs.map(({ seed }) => seed))];
    const ordered = (seed) => runs.filter((run) => seed === undefined || run.seed === seed).sort((a, b) => a.alpha - b.alpha);
    const holds = seeds.filter((seed) => ordered(seed).every((run, i, all) => i === 0 || run.after < all[i - 1].after));
    const alphas = [...new Set(ordered().map(({ alpha }) => alpha))];
    const means = alphas.map((alpha) => mean(runs.filter((run) => run.alpha === alpha).map(({ after }) => after)).toFixed(3));
    return {
        claim,
        measured: `alpha ${alphas.join(" / ")}: ${means.join(" / ")} nats on average; falls in ${holds.length} of ${seeds.length} seeds`,
        passed: holds.length === seeds.length,
    };
}
function authorityIsPositive({ plants }) {
    const authorities = plants.map(({ authority }) => authority);
    return {
        claim: "The authority b is above 0 in every seed",
        measured: `${Math.min(...authorities).toFixed(4)} to ${Math.max(...authorities).toFixed(4)} nats a step per unit of alpha`,
        passed: authorities.every((authority) => authority > 0),
    };
}
function settles({ targets }, findings, regime) {
    const offsets = targets.flatMap((target) => settlings(findings, regime, "pi", target).map(({ offset }) => Math.abs(offset)));
    const within = offsets.filter((offset) => offset <= TOLERANCE);
    return {
        claim: `PI, ${regime}: mean entropy of the last fifth within ${percent(TOLERANCE, 0)} of every target`,
        measured: `${within.length} of ${offsets.length} runs; largest offset ${percent(Math.max(...offsets))}`,
        passed: within.length === offsets.length,
    };
}
function reachedInTime({ targets }, findings) {
    const reached = targets.flatMap((target) => settlings(findings, "on-policy", "pi", target).map((settling) => settling.reached));
    const latest = Math.max(...reached.map((step) => step ?? Infinity));
    return {
        claim: "PI, on-policy: the target is reached within 100 steps",
        measured: Number.isFinite(latest) ? `after ${latest} steps at the latest` : "not in every run",
        passed: latest <= 100,
    };
}
/** Compares P with PI, which one seed of a short run cannot tell apart. */
function piBeatsP({ targets }, findings, regime) {
    const pairs = targets.map((target) => {
        const [p, pi] = ["p", "pi"].map((loop) => settlings(findings, regime, loop, target));
        return { target, p: p, pi: pi };
    });
    const on = regime === "on-policy";
    const size = on ? (all) => Math.abs(mean(all.map(({ offset }) => offset))) : meanError;
    const show = on
        ? (all) => percent(mean(all.map(({ offset }) => offset)))
        : (all) => `${meanError(all).toFixed(4)} nats`;
    return {
        claim: on
            ? "On-policy: P alone leaves a larger offset than PI at every target"
            : "Off-policy: PI's mean |e| (last half) is smaller than P's at every target",
        measured: pairs.map(({ target, p, pi }) => `target ${target}: P ${show(p)}, PI ${show(pi)}`).join("; "),
        passed: pairs.every(({ p, pi }) => size(pi) < size(p)),
        evenQuick: false,
    };
}
function meanError(all) {
    return mean(all.map((settling) => settling.meanError));
}
