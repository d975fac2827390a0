import { defineRecord } from "../graph/record.ts";
import { elementsAtCapacity, type Tensor } from "../graph/tensor.ts";
import { type Inputs, shapeError } from "./define.ts";

/** What all tokens have in common in the state of entropy control; shaders/lib/control.wgsl says what each field is. */
export const CONTROL = defineRecord("Control", [
  "entropy_coefficient",
  "positive_scale",
  "negative_scale",
  "entropy",
  "token_count",
  "gated_fraction",
  "gated_count",
]);

/** A feedback loop: one for all tokens, or one a class. A tensor `control` is a Control and one Loop behind the other. */
export const LOOP = defineRecord("Loop", [
  "alpha",
  "entropy",
  "token_count",
  "batch_entropy",
  "error",
  "integral",
  "target_entropy",
  "saturated",
  "private_0",
  "private_1",
  "kp",
  "ki",
  "authority",
  "steps",
  "rho",
  "anchor",
  "previous_entropy",
  "sum_square",
  "sum_product",
]);

/** How many loops a state has. @throws when its length is not that of a Control and at least one Loop */
export function loopCount(op: string, inputs: Inputs & { readonly control: Tensor }): number {
  const count = (elementsAtCapacity(inputs.control.shape) - CONTROL.fields.length) / LOOP.fields.length;
  if (Number.isInteger(count) && count > 0) return count;
  throw shapeError(op, inputs, `control with ${CONTROL.fields.length} numbers and ${LOOP.fields.length} for each loop`);
}
