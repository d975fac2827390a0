import type { Tensor } from "../graph/tensor.ts";
import { shapeError } from "./define.ts";

/** Rows whose numbers one workgroup adds up, before blocks are added in order. */
export const REDUCE_ROWS = 256;

/** Floats a row of statistics, token_inputs and token_metrics; src/rl/batch.ts names those of token_inputs. */
const WIDTHS: Readonly<Record<string, number>> = { statistics: 4, token_inputs: 6, token_metrics: 8 };

/** @throws when a tensor that describes tokens is not as wide as kernels take it to be */
export function checkTokenShapes(op: string, inputs: Readonly<Record<string, Tensor | undefined>>): void {
  for (const [name, tensor] of Object.entries(inputs)) {
    const width = WIDTHS[name];
    if (!tensor || width === undefined || tensor.shape.at(-1) === width) continue;
    throw shapeError(op, inputs, `${name} with ${width} numbers a row`);
  }
}
