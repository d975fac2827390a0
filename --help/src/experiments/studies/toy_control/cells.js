import { parseSftConfig, parseTrainConfig } from "../../../rl/config/index.js";
import { authorityOf, beforeAndAfter, gainsFrom } from "../../framework/authority.js";
import { seedsOf } from "../../framework/seeds.js";
import { noisyStrings } from "./noisy_strings.js";
export const regimes = ["on-policy", "off-policy"];
export const signAlphas = (limit) => [-limit, 0, limit];
export const signName = (seed, alpha) => `seed-${seed}/one-step/alpha_${alpha}`;
export const openLoopName = (seed, alpha) => `seed-${seed}/open-loop/alpha_${alpha}`;
export const closedLoopName = (seed, regime, loop, target) => `seed-${seed}/${regime}/${loop}${target === undefined ? "" : `_${target}`}`;
/** Every run of the study. Each seed has single steps and the open loop at fixed alphas first, because the gains come from them. */
export function toyCells(settings) {
    const task = noisyStrings(settings.task);
    const open = seedsOf(settings).flatMap((seed) => {
        const cell = cellsOf(settings, task, seed);
        const fixed = (name, alpha, steps) => cell(name, { steps }, { controller: "fixed", alpha });
        return [
            ...signAlphas(settings.entropy.limit).map((alpha) => fixed(signName(seed, alpha), alpha, 1)),
            ...settings.openLoop.alphas.map((alpha) => fixed(openLoopName(seed, alpha), alpha, settings.openLoop.steps)),
        ];
    });
    const closed = seedsOf(settings).flatMap((seed) => regimes.flatMap((regime) => closedLoopCells(settings, task, seed, regime)));
    return [...open, ...closed];
}
function closedLoopCells(settings, task, seed, regime) {
    const cell = cellsOf(settings, task, seed);
    const grpo = regime === "on-policy" ? { ...settings.onPolicy, updatesPerRollout: 1 } : settings.offPolicy;
    const controlled = (loop, target) => ({
        ...cell(closedLoopName(seed, regime, loop, target), grpo, { controller: "pi", target }),
        tune: (config, earlier) => withGains(config, loop, measuredGains(settings, earlier)),
    });
    return [
        cell(closedLoopName(seed, regime, "none"), grpo, { controller: "none" }),
        ...settings.targets.flatMap((target) => [controlled("p", target), controlled("pi", target)]),
    ];
}
function withGains(config, loop, { kp, ki }) {
    return { ...config, entropy: { ...config.entropy, kp, ki: loop === "pi" ? ki : 0 } };
}
/** The gains that the open loop of the first seed calls for. No other seed has a say, so the other seeds test them. */
export function measuredGains(settings, results) {
    const first = seedsOf(settings)[0];
    const runs = settings.openLoop.alphas.map((alpha) => ({ alpha, metrics: results.get(openLoopName(first, alpha)).metrics }));
    const measured = authorityOf(runs.map(({ alpha, metrics }) => ({ alpha, ...beforeAndAfter(metrics), steps: settings.openLoop.steps })));
    return { ...measured, ...gainsFrom(measured.authority, settings.gains) };
}
/** Cells of one seed, which share their warm start. */
function cellsOf(settings, task, seed) {
    const evaluation = { prompts: settings.task.prompts, completions: settings.evaluation.completions };
    const shared = { task: { name: task.name, ...settings.task }, seed, eval: evaluation };
    const warmStart = { ...settings.warmStart, stopAtPassAt1: null, evalEvery: settings.warmStart.steps };
    const start = {
        kind: "warm start",
        name: `seed-${seed}/start`,
        config: parseSftConfig({ ...shared, model: settings.model, sft: warmStart }),
    };
    const rewards = [task.noisyReward(seed)];
    return (name, grpo, entropy) => {
        const config = parseTrainConfig({
            ...shared,
            model: start.name,
            eval: { ...evaluation, every: 0 },
            grpo: { ...settings.grpo, maxNewTokens: settings.task.length, ...grpo },
            entropy: { ...settings.entropy, ...entropy },
        });
        return { name, task, start, rewards, config };
    };
}
