import { capacityOf } from "../../graph/scalar.ts";
import { elementsAtCapacity, type Tensor } from "../../graph/tensor.ts";
import type { BackwardContext } from "../../graph/trace.ts";
import { columnSum } from "../column_sum.ts";
import { defineOp, type Op, shapeError } from "../define.ts";
import { wholeQuads } from "../elements.ts";
import { matmulRequests } from "./check.ts";
import { matmulLaunches } from "./choose.ts";
import { packedShape } from "./families/subgroup.ts";
import { fuseReader } from "./fuse.ts";
import { multiplyPieces } from "./pieces.ts";
import {
  type MatmulAttributes,
  type MatmulInputs,
  type MatmulOptions,
  type MatmulOutputs,
  sizesOf,
  splitsFor,
  stridesOf,
} from "./problem.ts";

export type { Layout, MatmulFamily, MatmulOptions } from "./problem.ts";

/** y [M, N] = op(a) op(b) + bias [N] + residual [M, N], a fresh tensor or added onto one in place. The layout says what op transposes. */
export const matmulOp: Op<MatmulInputs, MatmulOutputs, MatmulAttributes> = defineOp<MatmulInputs, MatmulOutputs, MatmulAttributes>({
  name: "matmul",
  shape: (inputs, attributes) => {
    checkShapes(inputs, attributes);
    const { layout, gradBias } = attributes;
    const sizes = sizesOf(inputs, attributes);
    const shape = [sizes.rows, stridesOf(inputs, attributes).stride_of_y];
    const splits = splitsFor(layout, sizes);
    const summed = gradBias?.of === "b" ? sizes.columns : sizes.rows;
    return {
      y: inputs.onto ? { inPlaceOf: inputs.onto } : { shape },
      packed: { shape: packedShape(sizes) },
      partials: { shape: [splits, ...shape] },
      activated: { shape },
      grad_bias: inputs.grad_bias_onto ? { inPlaceOf: inputs.grad_bias_onto } : { shape: [summed] },
      bias_partials: { shape: [splits, summed] },
    };
  },
  forward: matmulLaunches,
  tune: matmulRequests,
  fuse: fuseReader,
  backward: ({ inputs: { a, b, bias, residual, half }, attributes: { layout, family, tile, valid } }, context) => {
    if (layout === "TN") throw new Error("matmul TN is a backward pass itself; it cannot be differentiated");
    const { gradient, needs } = context;
    const grad = gradient("y")!;
    const weight = { tensor: b, half };
    const options = { family, tile, valid };
    return {
      a: needs("a") ? matmul(grad, weight, { layout: layout === "NT" ? "NN" : "NT", ...options }) : undefined,
      ...weightGradients(a, grad, { isTransposed: layout === "NN", hasBias: bias !== undefined, ...options }, context),
      residual: residual && grad,
    };
  },
});

interface WeightGradientOptions extends Pick<MatmulOptions, "family" | "tile" | "valid"> {
  /** Whether the weight lies as [in, out]. */
  readonly isTransposed: boolean;
  readonly hasBias: boolean;
}

/** The gradients of a weight and its bias: one product makes both where both are wanted. */
function weightGradients(x: Tensor, grad: Tensor, options: WeightGradientOptions, { needs, sink }: BackwardContext) {
  const { isTransposed, hasBias, ...others } = options;
  const wantsBias = hasBias && needs("bias");
  const onto = sink("bias");
  if (!needs("b")) return { bias: wantsBias ? columnSum(grad, onto) : undefined };
  const weight = sink("b");
  const [a, b] = isTransposed ? [x, grad] : [grad, x];
  const gradBias = wantsBias ? ({ of: isTransposed ? "b" : "a", accumulate: onto?.accumulate ?? 0 } as const) : undefined;
  const inputs = { a, b, onto: weight?.onto, grad_bias_onto: wantsBias ? onto?.onto : undefined };
  const { y, grad_bias } = matmulOp(inputs, { layout: "TN", accumulate: weight?.accumulate ?? 0, ...others, gradBias });
  return { b: y, bias: wantsBias ? grad_bias : undefined };
}

const NAMES: Readonly<Record<string, string>> = { onto: "a sink", residual: "a residual", x: "an activation's input" };

function checkShapes(inputs: MatmulInputs, attributes: MatmulAttributes): void {
  const { layout, valid } = attributes;
  const { a, b, bias, residual, onto, x, half } = inputs;
  const refusal = (needs: string): Error => shapeError(`matmul ${layout}`, inputs, needs);
  if (a.shape.length !== 2 || b.shape.length !== 2) throw refusal("two matrices");
  const { rows, columns, inner, innerOfB } = sizesOf(inputs, attributes);
  const { stride_of_a, stride_of_y } = stridesOf(inputs, attributes);
  if (valid !== undefined) {
    const fits = layout === "NT" ? valid === columns && !bias : stride_of_a === wholeQuads(valid);
    if (!fits) throw refusal(`${valid} valid columns of ${layout === "NT" ? "y, and no bias" : "a, whose rows are padded to whole quads"}`);
  }
  if (capacityOf(inner) !== capacityOf(innerOfB)) throw refusal("matrices that share their inner size K");
  if (bias && bias.size(0) !== columns) throw refusal("a bias as long as y has columns");
  for (const [name, tensor] of Object.entries({ residual, onto, x })) {
    const fits = !tensor || elementsAtCapacity(tensor.shape) === capacityOf(rows) * capacityOf(stride_of_y);
    if (!fits) throw refusal(`${NAMES[name]} of y's shape`);
  }
  if (half && 2 * elementsAtCapacity(half.shape) < elementsAtCapacity(b.shape)) {
    throw refusal("as many halves as b has elements, two a word");
  }
}

/** A matrix that may have a copy in 16-bit floats, two to a word and without gaps. Products read the copy in its place. */
export interface Weight {
  readonly tensor: Tensor;
  readonly half?: Tensor | undefined;
  /** The matrix in pieces of whole rows, end to end, where it is larger than one binding; `tensor` is not read then. */
  readonly pieces?: readonly Tensor[];
}

/** The pieces of whole rows that a weight lies in: one, where it is not larger than a binding. */
export function piecesOf(weight: Weight): readonly Tensor[] {
  return weight.pieces ?? [weight.tensor];
}

/** y = op(a) op(b) + bias + residual. a, b, y: see Layout. The number of rows (K in TN) may be dynamic, all else is static. */
export function matmul(a: Tensor, b: Tensor | Weight, options: MatmulOptions): Tensor {
  const pieces = "storage" in b ? [b] : piecesOf(b);
  if (pieces.length > 1) return multiplyPieces(a, pieces, options, matmul);
  const { layout, bias, residual, sink, family, tile, valid } = options;
  const weight: Weight = "storage" in b ? { tensor: b } : b;
  const inputs = { a, b: weight.tensor, bias, residual, onto: sink?.onto, half: weight.half };
  return matmulOp(inputs, { layout, accumulate: sink?.accumulate ?? 0, family, tile, valid }).y;
}
