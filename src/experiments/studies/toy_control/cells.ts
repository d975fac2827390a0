import { parseSftConfig, parseTrainConfig, type TrainConfig } from "../../../rl/config/index.ts";
import { authorityOf, beforeAndAfter, gainsFrom } from "../../framework/authority.ts";
import type { Cell, CellResults, Start } from "../../framework/cell.ts";
import { seedsOf } from "../../framework/seeds.ts";
import { type NoisyStrings, noisyStrings } from "./noisy_strings.ts";
import type { ToySettings } from "./settings.ts";

/** Whether a rollout is learned from once, or several times. */
export type Regime = "on-policy" | "off-policy";
/** Plain GRPO, the proportional part alone, or both parts. */
export type Loop = "none" | "p" | "pi";

export const regimes: readonly Regime[] = ["on-policy", "off-policy"];

export const signAlphas = (limit: number): readonly number[] => [-limit, 0, limit];

export const signName = (seed: number, alpha: number): string => `seed-${seed}/one-step/alpha_${alpha}`;
export const openLoopName = (seed: number, alpha: number): string => `seed-${seed}/open-loop/alpha_${alpha}`;
export const closedLoopName = (seed: number, regime: Regime, loop: Loop, target?: number): string =>
  `seed-${seed}/${regime}/${loop}${target === undefined ? "" : `_${target}`}`;

/** Every run of the study. Each seed has single steps and the open loop at fixed alphas first, because the gains come from them. */
export function toyCells(settings: ToySettings): Cell[] {
  const task = noisyStrings(settings.task);
  const open = seedsOf(settings).flatMap((seed) => {
    const cell = cellsOf(settings, task, seed);
    const fixed = (name: string, alpha: number, steps: number): Cell => cell(name, { steps }, { controller: "fixed", alpha });
    return [
      ...signAlphas(settings.entropy.limit).map((alpha) => fixed(signName(seed, alpha), alpha, 1)),
      ...settings.openLoop.alphas.map((alpha) => fixed(openLoopName(seed, alpha), alpha, settings.openLoop.steps)),
    ];
  });
  const closed = seedsOf(settings).flatMap((seed) => regimes.flatMap((regime) => closedLoopCells(settings, task, seed, regime)));
  return [...open, ...closed];
}

function closedLoopCells(settings: ToySettings, task: NoisyStrings, seed: number, regime: Regime): Cell[] {
  const cell = cellsOf(settings, task, seed);
  const grpo = regime === "on-policy" ? { ...settings.onPolicy, updatesPerRollout: 1 } : settings.offPolicy;
  const controlled = (loop: "p" | "pi", target: number): Cell => ({
    ...cell(closedLoopName(seed, regime, loop, target), grpo, { controller: "pi", target }),
    tune: (config, earlier) => withGains(config, loop, measuredGains(settings, earlier)),
  });
  return [
    cell(closedLoopName(seed, regime, "none"), grpo, { controller: "none" }),
    ...settings.targets.flatMap((target) => [controlled("p", target), controlled("pi", target)]),
  ];
}

function withGains(config: TrainConfig, loop: "p" | "pi", { kp, ki }: { kp: number; ki: number }): TrainConfig {
  return { ...config, entropy: { ...config.entropy, kp, ki: loop === "pi" ? ki : 0 } };
}

/** The gains that the open loop of the first seed calls for. No other seed has a say, so the other seeds test them. */
export function measuredGains(settings: ToySettings, results: CellResults): { authority: number; drift: number; kp: number; ki: number } {
  const first = seedsOf(settings)[0]!;
  const runs = settings.openLoop.alphas.map((alpha) => ({ alpha, metrics: results.get(openLoopName(first, alpha))!.metrics }));
  const measured = authorityOf(runs.map(({ alpha, metrics }) => ({ alpha, ...beforeAndAfter(metrics), steps: settings.openLoop.steps })));
  return { ...measured, ...gainsFrom(measured.authority, settings.gains) };
}

type MakeCell = (name: string, grpo: object, entropy: object) => Cell;

/** Cells of one seed, which share their warm start. */
function cellsOf(settings: ToySettings, task: NoisyStrings, seed: number): MakeCell {
  const evaluation = { prompts: settings.task.prompts, completions: settings.evaluation.completions };
  const shared = { task: { name: task.name, ...settings.task }, seed, eval: evaluation };
  const warmStart = { ...settings.warmStart, stopAtPassAt1: null, evalEvery: settings.warmStart.steps };
  const start: Start = {
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
