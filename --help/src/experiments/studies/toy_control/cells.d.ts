import type { Cell, CellResults } from "../../framework/cell.js";
import type { ToySettings } from "./settings.js";
/** Whether a rollout is learned from once, or several times. */
export type Regime = "on-policy" | "off-policy";
/** Plain GRPO, the proportional part alone, or both parts. */
export type Loop = "none" | "p" | "pi";
export declare const regimes: readonly Regime[];
export declare const signAlphas: (limit: number) => readonly number[];
export declare const signName: (seed: number, alpha: number) => string;
export declare const openLoopName: (seed: number, alpha: number) => string;
export declare const closedLoopName: (seed: number, regime: Regime, loop: Loop, target?: number) => string;
/** Every run of the study. Each seed has single steps and the open loop at fixed alphas first, because the gains come from them. */
export declare function toyCells(settings: ToySettings): Cell[];
/** The gains that the open loop of the first seed calls for. No other seed has a say, so the other seeds test them. */
export declare function measuredGains(settings: ToySettings, results: CellResults): {
    authority: number;
    drift: number;
    kp: number;
    ki: number;
};
