import { NotFiniteError } from "../gpu/errors.js";
import { ConfigError } from "../options/problems.js";
import { nameOfFloat, packState } from "./state.js";
/**
 * A controller's state, ready to be kept. An entropy that was measured as not finite becomes 0: the next batch measures it again before
 * anything reads it, and JSON cannot hold it.
 * @throws NotFiniteError where another number is not finite, on which every later step would depend
 */
export function savedControl({ name, classes = [] }, { control, loops }) {
    const state = {
        control: { ...control, entropy: finiteOr0(control.entropy) },
        loops: loops.map((loop) => ({ ...loop, entropy: finiteOr0(loop.entropy), batch_entropy: finiteOr0(loop.batch_entropy) })),
    };
    const wrong = packState(state).findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
        throw new NotFiniteError(`the state of controller ${name} is not finite: ${nameOfFloat(wrong)} is ${packState(state)[wrong]}; it is not saved; go on from the last checkpoint`);
    }
    return { controller: name, classes: classes.map((one) => one.name), ...state };
}
function finiteOr0(entropy) {
    return Number.isFinite(entropy) ? entropy : 0;
}
/** The state that a resumed run starts from. @throws ConfigError for a state of another controller or of other classes */
export function resumedState(controller, { control, loops, ...owner }) {
    const { control: _, loops: own, ...expected } = savedControl(controller, controller.initial());
    if (describe(owner) === describe(expected) && loops.length === own.length)
        return controller.resumed?.({ control, loops }) ?? { control, loops };
    throw new ConfigError([
        `the saved state is of ${describe(owner)}, this run has ${describe(expected)}: resume with the entropy options it was saved under, or train anew from the checkpoint's weights`,
    ]);
}
function describe({ controller, classes }) {
    return `controller ${controller} ${classes.length > 0 ? `with classes ${classes.join(", ")}` : "without classes"}`;
}
