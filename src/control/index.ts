import { ownOptions, registered } from "../options/define.ts";
import { aec } from "./aec.ts";
import { bonus } from "./bonus.ts";
import { clip } from "./clip.ts";
import type { Controller, ControllerFactory } from "./define.ts";
import { entrocraft } from "./entrocraft.ts";
import { fixed, none } from "./fixed.ts";
import { entropic } from "./pi.ts";
import { stare } from "./stare.ts";

export { aec } from "./aec.ts";
export { bonus } from "./bonus.ts";
export { clip } from "./clip.ts";
export {
  type ControlLaw,
  type Controller,
  type ControllerBehaviour,
  type ControllerFactory,
  defineController,
  type HeldEntropy,
  type Lever,
  type TokenClass,
  traceControl,
} from "./define.ts";
export { entrocraft } from "./entrocraft.ts";
export { fixed, none } from "./fixed.ts";
export { entropic, type PIOptions } from "./pi.ts";
export type { SavedControl } from "./saved.ts";
export type { StepSignals } from "./signals.ts";
export { stare } from "./stare.ts";
export {
  type Control,
  type ControlState,
  initialState,
  isMeasured,
  type Loop,
  type Measured,
  meanLoop,
  measure,
  packState,
  readState,
  type SetFields,
  setFields,
  stepLoops,
} from "./state.ts";
export { isOfAllTokens } from "./target.ts";

/** Every controller by the name that configurations use. A new one is a file, a kernel and a line here. */
export const controllers = { pi: entropic, aec, bonus, entrocraft, stare, clip, none, fixed } as const;

/** The controller of a configuration's section `entropy`. @throws ConfigError when no controller has its name, or an option is refused */
export function createController(section: { readonly controller: string; readonly [option: string]: unknown }): Controller {
  // The registry's factories differ in their options, which each checks itself.
  const factory = registered(
    controllers as unknown as Readonly<Record<string, ControllerFactory>>,
    section.controller,
    "entropy.controller",
  );
  return factory(ownOptions(factory, section));
}
