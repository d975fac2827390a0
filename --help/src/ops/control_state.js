import { elementsAtCapacity } from "../graph/tensor.js";
import { shapeError } from "./define.js";
import { CONTROL, LOOP } from "./records.js";
/** How many loops a state has. @throws when its length is not that of a Control and at least one Loop */
export function loopCount(op, inputs) {
    const count = (elementsAtCapacity(inputs.control.shape) - CONTROL.fields.length) / LOOP.fields.length;
    if (Number.isInteger(count) && count > 0)
        return count;
    throw shapeError(op, inputs, `control with ${CONTROL.fields.length} numbers and ${LOOP.fields.length} for each loop`);
}
