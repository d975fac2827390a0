import { type ControllerBehaviour } from "./define.js";
import { initialState } from "./state.js";
/** alpha stays at a given value, for measurements without feedback. */
export declare const fixed: ((options?: import("./index.js").FixedOptions) => import("./index.js").Controller) & import("../options/define.js").Declaration;
/** No control: plain GRPO. */
export declare const none: (() => import("./index.js").Controller) & import("../options/define.js").Declaration;
/** A state that nothing moves; a resumed run takes it from its own options. */
export declare function constant(given: Parameters<typeof initialState>[0]): Pick<ControllerBehaviour, "initial" | "resumed">;
