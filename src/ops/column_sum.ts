import { capacityOf, ceilDivide, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch, GradientSink } from "../graph/trace.ts";
import { defineOp, shapeError } from "./define.ts";

/** Rows of a block, which one lane adds up: enough to be worth a lane, few enough to spread a sum over the GPU. */
export const BLOCK_ROWS = 64;

type Attributes = { readonly blockRows: number; readonly accumulate: Scalar };

/** Sums blocks of rows: x [N, C] -> y [B, C]. */
export const columnSumOp = defineOp<{ x: Tensor; onto?: Tensor | undefined }, "y", Attributes>({
  name: "column_sum",
  shape: (inputs, { blockRows }) => {
    const [rows, columns] = inputs.x.shape;
    if (inputs.x.shape.length !== 2) throw shapeError("column_sum", inputs, "x [N, C]");
    return { y: inputs.onto ? { inPlaceOf: inputs.onto } : { shape: [ceilDivide(rows!, blockRows), columns!] } };
  },
  forward: ({ inputs: { x }, outputs: { y }, attributes: { blockRows, accumulate } }, device) => [
    columnSumLaunch(device, [{ x, rows: x.shape[0]!, columns: x.size(1), y }], { blockRows, accumulate }),
  ],
});

/** The sum over the rows of x [B, C], whose number may be below what the shape of x says. */
export interface ColumnSum {
  readonly x: Tensor;
  readonly rows: Scalar;
  readonly columns: number;
  readonly y: Tensor;
}

/** What kernels call sums beside the first one. */
const OTHERS = ["TWO", "THREE", "FOUR"] as const;

/** One launch for up to four sums, which need not have the same size. */
export function columnSumLaunch(device: DeviceTraits, sums: readonly ColumnSum[], { blockRows, accumulate }: Attributes): Dispatch {
  const isVec4 = sums.every(({ columns }) => columns % 4 === 0);
  const [lanes, rowLanes] = device.software ? [device.lanes, 1] : [32, 8];
  const bindings: Record<string, Tensor> = {};
  const parameters: Record<string, Scalar> = { block_rows: blockRows, accumulate };
  let end = 0;
  for (let i = 0; i <= OTHERS.length; i += 1) {
    const sum = sums[i];
    bindings[`x_${i}`] = (sum ?? sums[0]!).x;
    if (!sum) continue;
    const columns = isVec4 ? sum.columns / 4 : sum.columns;
    end += Math.ceil(columns / lanes);
    bindings[`y_${i}`] = sum.y;
    Object.assign(parameters, { [`rows_${i}`]: sum.rows, [`columns_${i}`]: columns, [`end_${i}`]: end });
  }
  const conditions = { VEC4: isVec4, ...Object.fromEntries(OTHERS.map((name, i) => [name, sums.length > i + 1])) };
  // At least one block, so that an empty batch writes zeros.
  const blocks = sums.length > 1 ? 1 : atLeastOne(ceilDivide(sums[0]!.rows, blockRows));
  return {
    kernel: "norm/column_sum",
    variant: { conditions, constants: { LANES: lanes, ROW_LANES: rowLanes } },
    bindings,
    parameters,
    workgroups: [end, blocks, 1],
  };
}

function atLeastOne(blocks: Scalar): Scalar {
  if (typeof blocks === "number") return Math.max(1, blocks);
  return { label: blocks.label, capacity: Math.max(1, blocks.capacity), evaluate: (run) => Math.max(1, blocks.evaluate(run)) };
}

/** The sum over rows, in a fixed order: x [N, C] -> [1, C], or into the gradient of a parameter where its sink is given. */
export function columnSum(x: Tensor, sink?: GradientSink): Tensor {
  const rows = x.shape[0]!;
  const blocks = capacityOf(rows) > BLOCK_ROWS ? columnSumOp({ x }, { blockRows: BLOCK_ROWS, accumulate: 0 }).y : x;
  return columnSumOp({ x: blocks, onto: sink?.onto }, { blockRows: wholeBlock(blocks.shape[0]!), accumulate: sink?.accumulate ?? 0 }).y;
}

/** A block that holds all rows. */
export function wholeBlock(rows: Scalar): number {
  return Math.max(1, capacityOf(rows));
}
