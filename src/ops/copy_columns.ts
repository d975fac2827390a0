import { EngineError } from "../gpu/errors.ts";
import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";

/** Which columns are copied, where to, and how long the rows of the result are. */
export interface ColumnWindow {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly width: number;
}

/** x [N, C] -> y [N, width]: columns of x at another place, `onto` a matrix in place or among zeros. */
export const copyColumnsOp = defineOp<{ x: Tensor; onto?: Tensor | undefined }, "y", ColumnWindow>({
  name: "copy_columns",
  shape: (inputs, { from, to, count, width }) => {
    const { x, onto } = inputs;
    const fits = from + count <= x.size(1) && to + count <= width && (onto === undefined || onto.size(1) === width);
    if (!fits)
      throw shapeError("copy_columns", inputs, `columns ${from} to ${from + count} of x, and room for them from ${to} of ${width}`);
    return { y: onto ? { inPlaceOf: onto } : { shape: [x.shape[0]!, width] } };
  },
  forward: ({ inputs: { x, onto }, outputs: { y }, attributes: { from, to, count, width } }) => {
    const rows = x.shape[0]!;
    const lengths = { x_begin: from, y_begin: to, count, x_stride: x.size(1), y_stride: width };
    const isWhole = Object.values(lengths).every((length) => length % 4 === 0);
    const inElements = (length: number): number => (isWhole ? length / 4 : length);
    const [first, columns] = (onto ? [to, count] : [0, width]).map(inElements) as [number, number];
    const parameters = Object.fromEntries(Object.entries(lengths).map(([name, length]) => [name, inElements(length)]));
    return [
      {
        kernel: "elementwise/copy_columns",
        variant: { conditions: { VEC4: isWhole } },
        bindings: { x, y },
        partly: onto ? ["y"] : [],
        parameters: { ...parameters, rows, first, columns },
        workgroups: ceilDivide(product(rows, columns), 64),
      },
    ];
  },
  // Whoever chains several windows onto one matrix reads every column of it from one of them, so the gradient passes on whole.
  backward: ({ inputs: { x, onto }, attributes: { from, to, count } }, { gradient, needs }) => ({
    x: needs("x") ? copyColumns(gradient("y")!, { from: to, to: from, count, width: x.size(1) }) : undefined,
    onto: onto && gradient("y"),
  }),
});

/** A window of columns at another place among zeros, or in place `onto` a matrix whose columns there nobody has written yet. */
export function copyColumns(x: Tensor, window: ColumnWindow, onto?: Tensor): Tensor {
  return copyColumnsOp({ x, onto }, window).y;
}

/** Matrices of as many rows side by side: [N, A], [N, B], ... -> [N, A + B + ...]. */
export function concatenateColumns(parts: readonly Tensor[]): Tensor {
  const width = parts.reduce((sum, part) => sum + part.size(1), 0);
  let to = 0;
  let joined: Tensor | undefined;
  for (const part of parts) {
    const count = part.size(1);
    joined = copyColumns(part, { from: 0, to, count, width }, joined);
    to += count;
  }
  if (!joined) throw new EngineError("concatenateColumns needs one matrix or more");
  return joined;
}
