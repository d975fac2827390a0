import { ceilDivide, product } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import { defineOp, shapeError } from "./define.ts";

/** How the columns of a row are cut: into so many groups of so many blocks each. */
export interface ColumnBlocks {
  readonly groups: number;
  readonly blocks: number;
}

/** x [N, A B C] -> y [N, B A C]: y[n, b, a] = x[n, a, b], blocks of C columns. */
export const transposeColumnsOp = defineOp<{ x: Tensor }, "y", ColumnBlocks>({
  name: "transpose_columns",
  shape: ({ x }, { groups, blocks }) => {
    if (x.shape.length !== 2 || x.size(1) % (groups * blocks) !== 0) {
      throw shapeError("transpose_columns", { x }, `x [N, C], C a multiple of ${groups} x ${blocks}`);
    }
    return { y: { shape: x.shape } };
  },
  forward: ({ inputs: { x }, outputs: { y }, attributes: { groups, blocks } }) => {
    const [rows, columns] = [x.shape[0]!, x.size(1)];
    const length = columns / (groups * blocks);
    const width = length % 4 === 0 ? 4 : 1;
    return [
      {
        kernel: "elementwise/transpose_columns",
        variant: { conditions: { VEC4: width === 4 } },
        bindings: { x, y },
        parameters: { rows, groups, blocks, block: length / width },
        workgroups: ceilDivide(product(rows, columns / width), 64),
      },
    ];
  },
  backward: ({ attributes: { groups, blocks } }, { gradient }) => ({
    x: transposeColumns(gradient("y")!, { groups: blocks, blocks: groups }),
  }),
});

/**
 * Columns that come in `groups` of `blocks` in groups of the others: the third block of the first group becomes the first of the third group.
 * x: [N, groups blocks C] -> [N, blocks groups C]
 */
export function transposeColumns(x: Tensor, columns: ColumnBlocks): Tensor {
  return transposeColumnsOp({ x }, columns).y;
}
