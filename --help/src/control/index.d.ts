import type { Controller, ControllerFactory } from "./define.js";
export { aec } from "./aec.js";
export { bonus } from "./bonus.js";
export { type ControlLaw, type Controller, type ControllerBehaviour, type ControllerFactory, defineController, type HeldEntropy, type TokenClass, traceControl, } from "./define.js";
export { entrocraft } from "./entrocraft.js";
export { fixed, none } from "./fixed.js";
export { entropic, type PIOptions } from "./pi.js";
export type { SavedControl } from "./saved.js";
export { type Control, type ControlState, initialState, isMeasured, type Loop, type Measured, meanLoop, measure, packState, readState, stepLoops, } from "./state.js";
/** Every controller by the name that configurations use. A new one is a file, a kernel and a line here. */
export declare const controllers: {
    /** Holds entropy at a target by proportional-integral control of alpha (EntroPIC). */
    readonly pi: ((options?: PiOptions) => Controller) & import("../options/define.js").Declaration;
    /** An entropy bonus that rises while entropy is below its target and falls while it is above (Skywork-OR1). */
    readonly aec: ((options?: AecOptions) => Controller) & import("../options/define.js").Declaration;
    /** A constant entropy bonus. */
    readonly bonus: ((options?: BonusOptions) => Controller) & import("../options/define.js").Declaration;
    /** A band of entropies: below it only wrong answers teach, above it only right ones (Entrocraft). */
    readonly entrocraft: ((options?: EntrocraftOptions) => Controller) & import("../options/define.js").Declaration;
    /** Plain GRPO, without entropy control. */
    readonly none: (() => Controller) & import("../options/define.js").Declaration;
    /** A constant alpha, for measurements without feedback. */
    readonly fixed: ((options?: FixedOptions) => Controller) & import("../options/define.js").Declaration;
};
/** The controller of a configuration's section `entropy`. @throws ConfigError when no controller has its name, or an option is refused */
export declare function createController(section: {
    readonly controller: string;
    readonly [option: string]: unknown;
}): Controller;
/** Options of `pi`. Holds entropy at a target by proportional-integral control of alpha (EntroPIC). */
export interface PiOptions {
  /** The entropy to hold, in nats per token at grpo.temperature; auto: rho times that of the start. Default: 0.35. */
  readonly target?: number | "auto";
  /** Proportional gain: alpha per nat of error. Default: 10. */
  readonly kp?: number;
  /** Integral gain: alpha per nat of summed error; it removes the offset that kp leaves. Default: 1. */
  readonly ki?: number;
  /** Largest |alpha|; below 1 no token's gradient vanishes or flips. Default: 0.9. */
  readonly limit?: number;
  /** Stops the integral from growing while alpha stands at its limit. Default: true. */
  readonly antiWindup?: boolean;
  /** Where kp and ki come from: fixed takes them as given, auto finds them by an experiment of 24 steps at the start. Default: "fixed". */
  readonly gains?: "fixed" | "auto";
  /** Automatic gains: the share of an error that one step corrects; kp = lambda / authority. Default: 0.15. */
  readonly lambda?: number;
  /** Automatic gains: ki / kp. Default: 0.05. */
  readonly kiRatio?: number;
  /** Automatic target: the share of the mean entropy of the first anchorSteps steps that it starts at. Default: 0.8. */
  readonly rho?: number;
  /** Automatic target: how many steps at the start run without control, to measure the entropy there. Default: 8. */
  readonly anchorSteps?: number;
  /** Automatic target: the nats that it falls by in every step after the first anchorSteps steps. Default: 0. */
  readonly targetDecay?: number;
  /** Automatic target: the least entropy that it falls to, in nats. Default: 0. */
  readonly targetFloor?: number;
  /** Classes of tokens with a target each, such as { name: head, target: 0.5, from: 0 }; two or more, or none. Default: []. */
  readonly classes?: { name: string; target: number | "auto"; from?: number | undefined; }[];
  /** What tells the class of a token: position, its place in the answer, or the name of a column of its problem that holds the name of the class. Default: "position". */
  readonly classBy?: string;
}
/** Options of `aec`. An entropy bonus that rises while entropy is below its target and falls while it is above (Skywork-OR1). */
export interface AecOptions {
  /** Entropy below which the bonus acts, in nats per token. Default: 0.2. */
  readonly target?: number;
  /** Change of the bonus in every step. Default: 0.0001. */
  readonly delta?: number;
  /** Largest bonus. Default: 0.005. */
  readonly maxCoefficient?: number;
}
/** Options of `bonus`. A constant entropy bonus. */
export interface BonusOptions {
  /** Weight of the bonus. Default: 0.001. */
  readonly coefficient?: number;
}
/** Options of `entrocraft`. A band of entropies: below it only wrong answers teach, above it only right ones (Entrocraft). */
export interface EntrocraftOptions {
  /** Entropy below which only wrong answers teach, in nats per token. Default: 0.3. */
  readonly low?: number;
  /** Entropy above which only right answers teach. Default: 0.4. */
  readonly high?: number;
}
/** Options of `fixed`. A constant alpha, for measurements without feedback. */
export interface FixedOptions {
  /** The constant alpha. Default: 0. */
  readonly alpha?: number;
}
