import { reshape, type Tensor } from "../../graph/tensor.ts";
import { empty } from "../../graph/trace.ts";
import { copyColumns } from "../copy_columns.ts";
import { wholeQuads } from "../elements.ts";
import type { MatmulOptions } from "./problem.ts";

type Multiply = (a: Tensor, piece: Tensor, options: MatmulOptions) => Tensor;

/**
 * The product with a matrix that lies in pieces of whole rows. In NT a piece gives columns of y, each with the bits that the whole matrix
 * would give. In NN the pieces cut the sum: a piece multiplies its columns of a, and the parts are added up in order. Columns are copied,
 * because a kernel that writes or reads part of a row would be one more in every family, and a copy costs little beside the product. What pads
 * rows is neither written nor read.
 */
export function multiplyPieces(a: Tensor, pieces: readonly Tensor[], options: MatmulOptions, multiply: Multiply): Tensor {
  return options.layout === "NT" ? columnsOf(a, pieces, options, multiply) : sumOf(a, pieces, options, multiply);
}

function columnsOf(a: Tensor, pieces: readonly Tensor[], options: MatmulOptions, multiply: Multiply): Tensor {
  const { bias, residual, sink, valid, ...others } = options;
  if (sink) throw new Error("a product NT with a matrix in pieces makes a fresh result; it cannot be added onto a sink");
  const columns = pieces.reduce((sum, piece) => sum + piece.size(0), 0);
  const width = valid === undefined ? columns : wholeQuads(columns);
  let y = empty(`matmul ${pieces[0]!.label}.y`, { shape: [a.shape[0]!, width] });
  let begin = 0;
  for (const piece of pieces) {
    const count = piece.size(0);
    const cut = (x: Tensor): Tensor => copyColumns(x, { from: begin, to: 0, count, width: count });
    const terms = { bias: bias && reshape(cut(reshape(bias, [1, columns])), [count]), residual: residual && cut(residual) };
    y = copyColumns(multiply(a, piece, { ...others, ...terms }), { from: 0, to: begin, count, width }, y);
    begin += count;
  }
  return y;
}

function sumOf(a: Tensor, pieces: readonly Tensor[], options: MatmulOptions, multiply: Multiply): Tensor {
  const { sink, residual, bias, valid: _, ...others } = options;
  let sum = residual;
  let from = 0;
  for (const [i, piece] of pieces.entries()) {
    const count = piece.size(0);
    const part = copyColumns(a, { from, to: 0, count, width: count });
    const onto = sink && { onto: sink.onto, accumulate: i === 0 ? sink.accumulate : 1 };
    sum = multiply(part, piece, { ...others, bias: i === 0 ? bias : undefined, residual: sink ? undefined : sum, sink: onto });
    from += count;
  }
  return sum!;
}
