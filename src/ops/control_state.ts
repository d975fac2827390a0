import { elementsAtCapacity, type Tensor } from "../graph/tensor.ts";
import { type Inputs, shapeError } from "./define.ts";
import { CONTROL, LOOP } from "./records.ts";

/** How many loops a state has. @throws when its length is not that of a Control and at least one Loop */
export function loopCount(op: string, inputs: Inputs & { readonly control: Tensor }): number {
  const count = (elementsAtCapacity(inputs.control.shape) - CONTROL.fields.length) / LOOP.fields.length;
  if (Number.isInteger(count) && count > 0) return count;
  throw shapeError(op, inputs, `control with ${CONTROL.fields.length} numbers and ${LOOP.fields.length} for each loop`);
}
