import { aec } from "./aec.ts";
import { bonus } from "./bonus.ts";
import type { Controller } from "./contract.ts";
import { entrocraft } from "./entrocraft.ts";
import { fixed, none } from "./fixed.ts";
import { entropic, type PIOptions } from "./pi.ts";

export { AEC_DEFAULTS, type AECOptions, aec } from "./aec.ts";
export { bonus } from "./bonus.ts";
export { CONTROL_FIELDS, type ControlField, type Controller, controlIndex, initialControl, withFields } from "./contract.ts";
export { type Band, entrocraft } from "./entrocraft.ts";
export { fixed, none } from "./fixed.ts";
export { LOOP_FIELDS, type Loop, type LoopField, loopIndex, type Measured, measure, readLoops, withLoops } from "./loops.ts";
export { entropic, type PIOptions, type TargetClass } from "./pi.ts";

/** The section `entropy` of a configuration, as far as controllers read it. */
export interface ControllerOptions extends Partial<PIOptions> {
  readonly controller: string;
  /** The constant alpha of `fixed`. */
  readonly alpha?: number;
  /** The constant coefficient of `bonus`. */
  readonly coefficient?: number;
  /** Of `aec`. */
  readonly delta?: number;
  readonly maxCoefficient?: number;
  /** The band of `entrocraft`. */
  readonly low?: number;
  readonly high?: number;
}

const PI_KEYS = [
  "kp",
  "ki",
  "limit",
  "antiWindup",
  "gains",
  "lambda",
  "kiRatio",
  "rho",
  "anchorSteps",
  "targetDecay",
  "targetFloor",
] as const;

/** Every controller by the name that configurations use. A new one is a file, a kernel and a line here. */
export const controllers = {
  pi: (options) => entropic({ target: options.target ?? Number.NaN, ...picked(options, [...PI_KEYS, "classes"]) }),
  aec: ({ target, delta, maxCoefficient }) =>
    aec(picked({ target: target === "auto" ? Number.NaN : target, delta, maxCoefficient }, ["target", "delta", "maxCoefficient"])),
  bonus: ({ coefficient }) => bonus(coefficient),
  entrocraft: ({ low, high }) => entrocraft({ low: low ?? Number.NaN, high: high ?? Number.NaN }),
  fixed: ({ alpha }) => fixed(alpha ?? 0),
  none: () => none(),
} as const satisfies Readonly<Record<string, (options: ControllerOptions) => Controller>>;

export type ControllerName = keyof typeof controllers;
export const CONTROLLER_NAMES = Object.keys(controllers) as [ControllerName, ...ControllerName[]];

/** Kernels of shaders/control that belong to a controller of another name. */
export const CONTROL_PARTS: Readonly<Record<string, ControllerName>> = { pi_loops: "pi", auto_target: "pi", auto_gains: "pi" };

/** @throws when no controller has this name */
export function createController(options: ControllerOptions): Controller {
  if (!Object.hasOwn(controllers, options.controller)) {
    throw new Error(`entropy.controller is ${options.controller}; it must be one of ${CONTROLLER_NAMES.join(", ")}`);
  }
  return controllers[options.controller as ControllerName](options);
}

type Defined<Options> = { [Key in keyof Options]: Exclude<Options[Key], undefined> };

/** The options of these names; what is undefined is left out, so that defaults apply. */
function picked<Options extends object, Key extends keyof Options>(options: Options, keys: readonly Key[]): Defined<Pick<Options, Key>> {
  return Object.fromEntries(keys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]]))) as Defined<
    Pick<Options, Key>
  >;
}
