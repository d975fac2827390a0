import { ConfigError } from "../options/problems.ts";
import type { Controller } from "./define.ts";
import type { ControlState } from "./state.ts";

/** A controller's state as a checkpoint keeps it: every field by name, and which controller's state it is. */
export interface SavedControl extends ControlState {
  readonly controller: string;
  /** Names of the classes of tokens, one for each loop; empty where one loop serves all tokens. */
  readonly classes: readonly string[];
}

export function savedControl({ name, classes = [] }: Controller, state: ControlState): SavedControl {
  return { controller: name, classes: classes.map((one) => one.name), ...state };
}

/** The state that a resumed run starts from. @throws ConfigError for a state of another controller or of other classes */
export function resumedState(controller: Controller, { control, loops, ...owner }: SavedControl): ControlState {
  const { control: _, loops: own, ...expected } = savedControl(controller, controller.initial());
  if (describe(owner) === describe(expected) && loops.length === own.length)
    return controller.resumed?.({ control, loops }) ?? { control, loops };
  throw new ConfigError([
    `the saved state is of ${describe(owner)}, this run has ${describe(expected)}: resume with the entropy options it was saved under, or train anew from the checkpoint's weights`,
  ]);
}

function describe({ controller, classes }: Pick<SavedControl, "controller" | "classes">): string {
  return `controller ${controller} ${classes.length > 0 ? `with classes ${classes.join(", ")}` : "without classes"}`;
}
