import { parseSftConfig, parseTrainConfig } from "../../../rl/config/index.js";
import { createTask } from "../../../tasks/index.js";
import { slug } from "../../framework/names.js";
import { plantsOf } from "./settings.js";
const plantName = ({ seed, size, gate }) => `seed-${seed}/${slug(size)}/${slug(gate)}`;
export const openLoopName = (plant, alpha) => `${plantName(plant)}/open-loop/alpha_${alpha}`;
export const freeName = ({ seed, size }) => `seed-${seed}/${slug(size)}/no-control`;
export const gridName = (plant, kp, kiRatio) => `${plantName(plant)}/kp_${kp}/ki_${kiRatio}`;
export const automaticName = (plant) => `${plantName(plant)}/automatic`;
/** Every size runs without control first, which also measures the start. Then every gate has the open loop, the grid and automatic gains. */
export function gainsCells(settings) {
    const seen = new Set();
    return plantsOf(settings).flatMap((plant) => {
        const free = freeName(plant);
        const first = seen.has(free) ? [] : [cellOf(settings, plant, { name: free, entropy: { controller: "none" } })];
        seen.add(free);
        return [...first, ...plantCells(settings, plant)];
    });
}
function plantCells(settings, plant) {
    const held = (cell) => ({ ...cell, tune: (config, earlier) => withTarget(config, targetOf(settings, plant, earlier)) });
    const { openLoop, automatic, kp, kiRatios } = settings;
    return [
        ...openLoop.alphas.map((alpha) => cellOf(settings, plant, {
            name: openLoopName(plant, alpha),
            grpo: { steps: openLoop.steps },
            entropy: { controller: "fixed", alpha },
        })),
        ...kp.flatMap((gain) => kiRatios.map((ratio) => held(cellOf(settings, plant, { name: gridName(plant, gain, ratio), entropy: { controller: "pi", kp: gain, ki: gain * ratio } })))),
        held(cellOf(settings, plant, {
            name: automaticName(plant),
            grpo: { steps: automatic.steps },
            entropy: { controller: "pi", gains: "auto", kp: 10, ki: 0.5 },
        })),
    ];
}
/** The same share of every start's own entropy, as its evaluation before training measured it. */
export function targetOf({ share }, plant, results) {
    return Number((share * results.get(freeName(plant)).metrics[0]["eval/entropy"]).toPrecision(3));
}
function withTarget(config, target) {
    return { ...config, entropy: { ...config.entropy, target } };
}
function cellOf(settings, { seed, size, gate }, own) {
    const task = createTask(settings.task);
    const evaluation = { ...settings.eval, every: 0 };
    const shared = { task: settings.task, seed, eval: evaluation };
    const start = {
        kind: "warm start",
        name: `start/${slug(size)}`,
        // A size has one warm start. Seeds are those of the training after it.
        config: parseSftConfig({ task: settings.task, seed: 0, eval: settings.eval, model: settings.sizes[size], sft: settings.warmStart }),
    };
    const config = parseTrainConfig({
        ...shared,
        model: start.name,
        grpo: { ...settings.grpo, ...own.grpo },
        entropy: { ...settings.entropy, ...settings.gates[gate], ...own.entropy },
    });
    return { name: own.name, task, start, config };
}
