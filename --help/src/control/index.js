import { ownOptions, registered } from "../options/define.js";
import { aec } from "./aec.js";
import { bonus } from "./bonus.js";
import { entrocraft } from "./entrocraft.js";
import { fixed, none } from "./fixed.js";
import { entropic } from "./pi.js";
export { aec } from "./aec.js";
export { bonus } from "./bonus.js";
export { defineController, traceControl, } from "./define.js";
export { entrocraft } from "./entrocraft.js";
export { fixed, none } from "./fixed.js";
export { entropic } from "./pi.js";
export { initialState, isMeasured, meanLoop, measure, packState, readState, stepLoops, } from "./state.js";
/** Every controller by the name that configurations use. A new one is a file, a kernel and a line here. */
export const controllers = { pi: entropic, aec, bonus, entrocraft, none, fixed };
/** The controller of a configuration's section `entropy`. @throws ConfigError when no controller has its name, or an option is refused */
export function createController(section) {
    // The registry's factories differ in their options, which each checks itself.
    const factory = registered(controllers, section.controller, "entropy.controller");
    return factory(ownOptions(factory, section));
}
