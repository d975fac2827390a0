import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Dispatch } from "../graph/trace.ts";
import { defineOp, shapeError } from "./define.ts";

/** One of the matrices whose outputs lie side by side in y, and that has an adapter: its columns of y, and what the adapter is scaled by. */
export interface AdaptedPart {
  /** Where the part's columns begin in y, and how many they are. */
  readonly column: number;
  readonly columns: number;
  readonly scale: number;
}

export interface LowRankAttributes {
  readonly parts: readonly AdaptedPart[];
}

/** y[:, part p] += scale_p h_p b_p^T, in place, for parts that lie side by side in y: the second half of low-rank adapters. */
export const lowRankOp = defineOp<{ onto: Tensor; h: Tensor; b: Tensor }, "y", LowRankAttributes>({
  name: "low_rank",
  shape: (inputs, { parts }) => {
    checkShapes(inputs, parts);
    return { y: { inPlaceOf: inputs.onto } };
  },
  forward: ({ inputs: { h, b }, outputs: { y }, attributes: { parts } }) =>
    partsOf(y, b, parts).map(({ variant, parameters }) => ({
      kernel: "adapter/low_rank",
      variant,
      bindings: { h, b, y },
      parameters,
      workgroups: product(Math.ceil(parameters.columns / 64), ceilDivide(parameters.rows, 4)),
      operations: product(2 * parameters.columns * b.size(1), parameters.rows),
    })),
  backward: ({ inputs: { h, b }, attributes: { parts } }, { gradient, needs, sink }) => {
    const grad_y = gradient("y")!;
    const given = sink("b");
    const weight = { accumulate: given?.accumulate ?? 0, parts };
    return {
      onto: needs("onto") ? grad_y : undefined,
      h: needs("h") ? lowRankBackward({ grad_y, h, b }, { parts }).grad_h : undefined,
      b: needs("b") ? lowRankBackwardWeight({ grad_y, h, b, onto: given?.onto }, weight).grad_b : undefined,
    };
  },
});

const lowRankBackward = defineOp<{ grad_y: Tensor; h: Tensor; b: Tensor }, "grad_h", LowRankAttributes>({
  name: "low_rank_backward",
  shape: ({ h }) => ({ grad_h: { shape: h.shape } }),
  forward: ({ inputs: { grad_y, b }, outputs: { grad_h }, attributes: { parts } }) =>
    partsOf(grad_y, b, parts).map(({ variant, parameters, isLast }) => ({
      kernel: "adapter/low_rank_backward",
      variant,
      bindings: { grad_y, b, grad_h },
      partly: isLast ? [] : ["grad_h"],
      parameters,
      workgroups: ceilDivide(product(parameters.rows, parameters.rank), 64),
      operations: product(2 * parameters.columns * b.size(1), parameters.rows),
    })),
});

type WeightInputs = { grad_y: Tensor; h: Tensor; b: Tensor; onto?: Tensor | undefined };

const lowRankBackwardWeight = defineOp<WeightInputs, "grad_b", LowRankAttributes & { readonly accumulate: Scalar }>({
  name: "low_rank_backward_weight",
  shape: ({ b, onto }) => ({ grad_b: onto ? { inPlaceOf: onto } : { shape: b.shape } }),
  forward: ({ inputs: { grad_y, h, b }, outputs: { grad_b }, attributes: { parts, accumulate } }) =>
    partsOf(grad_y, b, parts).map(({ variant, parameters, isLast }) => ({
      kernel: "adapter/low_rank_backward_weight",
      variant,
      bindings: { grad_y, h, grad_b },
      partly: isLast ? [] : ["grad_b"],
      parameters: { ...parameters, accumulate },
      workgroups: Math.ceil((parameters.columns * parameters.rank) / 64),
      operations: product(2 * parameters.columns * b.size(1), parameters.rows),
    })),
});

/**
 * The variant and the parameters with which the kernels work on each part: T parts of rank R, whose columns are the F rows of b. What the
 * parts write together is whole once the last one has written.
 */
function partsOf(y: Tensor, b: Tensor, parts: readonly AdaptedPart[]) {
  const vec4 = b.size(1) % 4 === 0;
  const rank = vec4 ? b.size(1) / 4 : b.size(1);
  const variant: NonNullable<Dispatch["variant"]> = { conditions: { VEC4: vec4 } };
  let row = 0;
  return parts.map(({ column, columns, scale }, i) => {
    const begin = row;
    row += columns;
    const window = { stride: y.size(1), columns, column, row: begin, scale };
    const isLast = i === parts.length - 1;
    return { variant, isLast, parameters: { rows: y.shape[0]!, width: parts.length * rank, first: i * rank, rank, ...window } };
  });
}

function checkShapes(inputs: { onto: Tensor; h: Tensor; b: Tensor }, parts: readonly AdaptedPart[]): void {
  const { onto, h, b } = inputs;
  const together = parts.reduce((sum, { columns }) => sum + columns, 0);
  const fits = [onto, h, b].every(({ shape }) => shape.length === 2) && b.size(0) === together && h.size(1) === parts.length * b.size(1);
  const inside = parts.every(({ column, columns }) => column + columns <= onto.size(1));
  if (!fits || !inside) throw shapeError("low_rank", inputs, `onto [N, C], h [N, T R], b [F, R] of ${parts.length} parts inside onto`);
}

/** Adds an adapter's output onto y [N, C], in place: h [N, T R] times b [F, R] transposed, part by part. */
export function lowRank(y: Tensor, h: Tensor, b: Tensor, parts: readonly AdaptedPart[]): Tensor {
  return lowRankOp({ onto: y, h, b }, { parts }).y;
}
