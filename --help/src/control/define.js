import { defineOp } from "../ops/define.js";
import { declare } from "../options/define.js";
/** Declares a controller: its key, description and options, and the function that makes it from them. */
export function defineController({ build, ...declaration }) {
    return declare("entropy", declaration, (options) => ({ name: declaration.key, ...build(options) }));
}
const controlUpdate = defineOp({
    name: "control_update",
    shape: ({ control }) => ({ control: { inPlaceOf: control } }),
    forward: ({ outputs: { control }, attributes: { kernel, parameters } }) => [
        { kernel, bindings: { state: control }, parameters, workgroups: 1 },
    ],
});
/** Traces one step of a controller on its state, in place. */
export function traceControl({ law }, control) {
    if (law)
        controlUpdate({ control }, law);
}
