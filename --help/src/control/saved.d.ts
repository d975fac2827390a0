import type { Controller } from "./define.js";
import { type ControlState } from "./state.js";
/** A controller's state as a checkpoint keeps it: every field by name, and which controller's state it is. */
export interface SavedControl extends ControlState {
    readonly controller: string;
    /** Names of the classes of tokens, one for each loop; empty where one loop serves all tokens. */
    readonly classes: readonly string[];
}
/**
 * A controller's state, ready to be kept. An entropy that was measured as not finite becomes 0: the next batch measures it again before
 * anything reads it, and JSON cannot hold it.
 * @throws NotFiniteError where another number is not finite, on which every later step would depend
 */
export declare function savedControl({ name, classes }: Controller, { control, loops }: ControlState): SavedControl;
/** The state that a resumed run starts from. @throws ConfigError for a state of another controller or of other classes */
export declare function resumedState(controller: Controller, { control, loops, ...owner }: SavedControl): ControlState;
