import type { Controller } from "./contract.ts";
import { fixed, none } from "./fixed.ts";
import { entropic } from "./pi.ts";

export { CONTROL_FIELDS, type ControlField, type Controller, controlIndex, initialControl, withFields } from "./contract.ts";
export { fixed, none } from "./fixed.ts";
export { entropic, type PIOptions } from "./pi.ts";

/** The section `entropy` of a configuration, as far as controllers read it. */
export interface ControllerOptions {
  readonly controller: string;
  readonly target?: number;
  readonly kp?: number;
  readonly ki?: number;
  readonly limit?: number;
  readonly antiWindup?: boolean;
  /** The constant alpha of `fixed`. */
  readonly alpha?: number;
}

/** Every controller by the name that configurations use. A new one is a file, a kernel and a line here. */
export const controllers = {
  pi: ({ target, kp, ki, limit, antiWindup }) => entropic(given({ target: target ?? Number.NaN, kp, ki, limit, antiWindup })),
  fixed: ({ alpha }) => fixed(alpha ?? 0),
  none: () => none(),
} as const satisfies Readonly<Record<string, (options: ControllerOptions) => Controller>>;

export type ControllerName = keyof typeof controllers;
export const CONTROLLER_NAMES = Object.keys(controllers) as [ControllerName, ...ControllerName[]];

/** @throws when no controller has this name */
export function createController(options: ControllerOptions): Controller {
  if (!Object.hasOwn(controllers, options.controller)) {
    throw new Error(`entropy.controller is ${options.controller}; it must be one of ${CONTROLLER_NAMES.join(", ")}`);
  }
  return controllers[options.controller as ControllerName](options);
}

type Defined<Options> = { [Key in keyof Options]: Exclude<Options[Key], undefined> };

/** Drops what is undefined, so that defaults apply. */
function given<Options extends object>(options: Options): Defined<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<Options>;
}
