import { authorityOf, beforeAndAfter } from "../../framework/authority.js";
import { fiveDigits } from "../../framework/numbers.js";
import { seedsOf } from "../../framework/seeds.js";
import { averageOf, lastPart, seriesOf, trainingSteps } from "../../framework/series.js";
import { closedLoopName, measuredGains, openLoopName, regimes, signAlphas, signName } from "./cells.js";
export function toyFindings(settings, results) {
    const seeds = seedsOf(settings);
    const metricsOf = (name) => results.get(name).metrics;
    const fixed = (seed, alpha, name) => {
        const metrics = metricsOf(name);
        return { seed, alpha, ...rounded(beforeAndAfter(metrics)), steps: metrics.at(-1).step, entropy: seriesOf(metrics, "entropy") };
    };
    const openLoop = seeds.flatMap((seed) => settings.openLoop.alphas.map((alpha) => fixed(seed, alpha, openLoopName(seed, alpha))));
    return {
        gains: measuredGains(settings, results),
        plants: seeds.map((seed) => ({ seed, ...rounded(authorityOf(openLoop.filter((run) => run.seed === seed))) })),
        oneStep: seeds.flatMap((seed) => signAlphas(settings.entropy.limit).map((alpha) => fixed(seed, alpha, signName(seed, alpha)))),
        openLoop,
        closedLoop: seeds.flatMap((seed) => regimes.flatMap((regime) => closedLoopRuns(settings, seed, regime, metricsOf))),
    };
}
function closedLoopRuns(settings, seed, regime, metricsOf) {
    const run = (loop, target) => {
        const metrics = metricsOf(closedLoopName(seed, regime, loop, target));
        const late = lastPart(trainingSteps(metrics), 5);
        return {
            seed,
            regime,
            loop,
            ...(target === undefined ? {} : { target }),
            entropy: seriesOf(metrics, "entropy"),
            alpha: seriesOf(metrics, "entropic/alpha"),
            reward: seriesOf(metrics, "reward"),
            equalGroups: averageOf(late, "frac_reward_zero_std"),
            gated: averageOf(late, "entropic/gated_fraction"),
            saturated: averageOf(late, "entropic/saturated"),
        };
    };
    return [run("none"), ...settings.targets.flatMap((target) => [run("p", target), run("pi", target)])];
}
function rounded(fields) {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fiveDigits(value)]));
}
