import { ceilDivide, type Scalar } from "../graph/scalar.ts";
import { isHalf, reshape, type Tensor } from "../graph/tensor.ts";
import type { GradientSink } from "../graph/trace.ts";
import { BLOCK_ROWS, columnSum } from "./column_sum.ts";
import { defineOp, shapeError } from "./define.ts";
import { elementsOf } from "./elements.ts";
import { rowLanes } from "./row_lanes.ts";

type Table = { tokens: Tensor; weight: Tensor; onto?: Tensor | undefined; residual?: Tensor | undefined };

/** Which rows of a table its piece `weight` holds: those from `first`, of `total` rows. */
export interface PieceRows {
  readonly first: number;
  readonly total: Scalar;
}

/**
 * tokens [N] u32, weight [V, C] -> y [N, C]: rows of a table by index. The weight may be a piece of a table; those after the first one
 * write the rows of their own tokens `onto` what the others have made. `residual` [N, C] is added where the whole table is given.
 */
export const embeddingOp = defineOp<Table, "y", PieceRows>({
  name: "embedding",
  shape: (inputs) => {
    const { tokens, weight, onto } = inputs;
    if (tokens.shape.length !== 1 || tokens.dtype !== "u32" || weight.shape.length !== 2) {
      throw shapeError("embedding", inputs, "tokens [N] of u32 and weight [V, C]");
    }
    if (onto) return { y: { inPlaceOf: onto } };
    return { y: { shape: [tokens.shape[0]!, weight.size(1)], dtype: isHalf(weight.dtype) ? "f32" : weight.dtype } };
  },
  forward: ({ inputs: { tokens, weight, residual }, outputs: { y }, attributes }) => {
    const { variant, columns, count } = elementsOf(y.shape);
    const ADD = residual !== undefined;
    const conditions = { ...variant.conditions, HALF: isHalf(weight.dtype), BF16: weight.dtype === "bf16", ADD };
    const parameters = { rows: tokens.shape[0]!, vocabulary: weight.shape[0]!, columns, ...attributes };
    const bindings: Readonly<Record<string, Tensor>> = residual ? { tokens, weight, residual, y } : { tokens, weight, y };
    const partly = weight.shape[0] === attributes.total ? [] : ["y"];
    return [{ kernel: "embedding/gather", variant: { conditions }, bindings, partly, parameters, workgroups: ceilDivide(count, 64) }];
  },
  fuse: ({ inputs, outputs, attributes }, reader) => {
    const { a, b } = reader.inputs;
    const isWhole = inputs.weight.shape[0] === attributes.total;
    if (reader.op !== "add" || a === b || inputs.residual || !isWhole || outputs.y.dtype !== "f32") return [];
    return [{ inputs: { ...inputs, residual: a === outputs.y ? b : a }, outputs: { y: reader.outputs.y! }, attributes }];
  },
  backward: ({ inputs: { tokens, weight }, attributes: { total } }, { gradient, needs, sink }) => {
    if (needs("weight") && weight.shape[0] !== total) throw new Error("a table in pieces is frozen; it has no gradient");
    return { weight: needs("weight") ? tableGradient({ tokens, grad_y: gradient("y")! }, weight, sink("weight")) : undefined };
  },
});

type Given = { readonly tokens: Tensor; readonly grad_y: Tensor };

/** The largest table, in rows and in elements, whose gradient is summed over whole tables, one for each block of rows. */
const SMALL_TABLE = { rows: 256, elements: 2 ** 17 } as const;

function tableGradient(given: Given, weight: Tensor, sink: GradientSink | undefined): Tensor {
  const [rows, columns] = [weight.shape[0]!, weight.size(1)];
  if (typeof rows === "number" && rows <= SMALL_TABLE.rows && rows * columns <= SMALL_TABLE.elements) {
    const { partial } = gatherBackwardPartial(given, { rows });
    const sum = columnSum(partial, sink);
    return sink ? sum : reshape(sum, weight.shape);
  }
  const links = gatherBackwardLinks({ tokens: given.tokens }, { rows });
  const onto = sink?.onto;
  return gatherBackward({ ...given, ...links, onto }, { rows, accumulate: sink?.accumulate ?? 0 }).grad_weight;
}

const gatherBackwardPartial = defineOp<Given, "partial", { readonly rows: number }>({
  name: "gather_backward_partial",
  shape: ({ grad_y }, { rows }) => ({ partial: { shape: [ceilDivide(grad_y.shape[0]!, BLOCK_ROWS), rows * grad_y.size(1)] } }),
  forward: ({ inputs: { tokens, grad_y }, outputs: { partial }, attributes }, { lanes }) => {
    const { variant, columns } = elementsOf(grad_y.shape);
    const rows = tokens.shape[0]!;
    return [
      {
        kernel: "embedding/gather_backward_partial",
        variant,
        bindings: { tokens, grad_y, partial },
        parameters: { rows, vocabulary: attributes.rows, columns, block_rows: BLOCK_ROWS },
        workgroups: [ceilDivide(columns, lanes), ceilDivide(rows, BLOCK_ROWS), 1],
      },
    ];
  },
});

const gatherBackwardLinks = defineOp<{ tokens: Tensor }, "first" | "next", { readonly rows: Scalar }>({
  name: "gather_backward_links",
  shape: ({ tokens }, { rows }) => ({ first: { shape: [rows], dtype: "u32" }, next: { shape: tokens.shape, dtype: "u32" } }),
  forward: ({ inputs: { tokens }, outputs, attributes }) => {
    const rows = tokens.shape[0]!;
    const parameters = { rows, vocabulary: attributes.rows };
    return [{ kernel: "embedding/gather_backward_links", bindings: { tokens, ...outputs }, parameters, workgroups: ceilDivide(rows, 64) }];
  },
});

type Lists = Given & { first: Tensor; next: Tensor; onto?: Tensor | undefined };

const gatherBackward = defineOp<Lists, "grad_weight", { readonly rows: Scalar; readonly accumulate: Scalar }>({
  name: "gather_backward",
  shape: ({ grad_y, onto }, { rows }) => ({ grad_weight: onto ? { inPlaceOf: onto } : { shape: [rows, grad_y.size(1)] } }),
  forward: ({ inputs: { tokens, grad_y, first, next }, outputs: { grad_weight }, attributes }, device) => {
    const { variant, columns } = elementsOf(grad_y.shape);
    // On a GPU a quad for each lane: a workgroup goes over its list for every one, and waits for each row of it.
    const { constants } = rowLanes(device, 4 * grad_y.size(1));
    return [
      {
        kernel: "embedding/gather_backward",
        variant: { ...variant, constants },
        bindings: { tokens, grad_y, first, next, grad_weight },
        parameters: { rows: tokens.shape[0]!, vocabulary: attributes.rows, columns, accumulate: attributes.accumulate },
        workgroups: attributes.rows,
      },
    ];
  },
});

/**
 * Rows of a table by index: token embeddings, or rows of hidden states. The host keeps tokens below V; others give NaN. A table that lies
 * in pieces takes one dispatch for each, so that any number of them may be bound one by one.
 */
export function embedding(tokens: Tensor, table: Tensor | { readonly pieces: readonly Tensor[] }): Tensor {
  const pieces = "storage" in table ? [table] : table.pieces;
  const total = pieces.length === 1 ? pieces[0]!.shape[0]! : pieces.reduce((sum, piece) => sum + piece.size(0), 0);
  let first = 0;
  let onto: Tensor | undefined;
  for (const weight of pieces) {
    onto = embeddingOp({ tokens, weight, onto }, { first, total }).y;
    if (pieces.length > 1) first += weight.size(0);
  }
  return onto!;
}
