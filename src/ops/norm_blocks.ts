import { capacityOf, ceilDivide, type Scalar } from "../graph/scalar.ts";
import { rowsOf, type Tensor, type TensorSpec } from "../graph/tensor.ts";
import type { DeviceTraits, GradientSink } from "../graph/trace.ts";
import { BLOCK_ROWS } from "./column_sum.ts";
import type { OutputSpec } from "./define.ts";

/** Blocks of rows that suit any GPU, and the fewest and the most rows of one. */
const BLOCKS = 512;
const [FEWEST_ROWS, MOST_ROWS] = [4, 32];

function hardwareBlockRows(rows: Scalar): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, capacityOf(rows) / BLOCKS)));
  return Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, wanted));
}

/** Rows of a workgroup on a CPU, where to begin a workgroup costs half as much as to norm a short row. */
const SOFTWARE_ROWS = 8;

/** The rows that one workgroup norms. A GPU would rather have more workgroups. */
export function forwardBlockRows(device: Pick<DeviceTraits, "software">): number {
  return device.software ? SOFTWARE_ROWS : 1;
}

/** The rows that one workgroup handles in a norm's backward pass, with sums over rows or without. */
export function backwardBlockRows(rows: Scalar, device: Pick<DeviceTraits, "software">, sums: boolean): number {
  if (!sums) return forwardBlockRows(device);
  return device.software ? BLOCK_ROWS : hardwareBlockRows(rows);
}

/** The sums of every block over its rows of x: enough of them for any device. */
export function partialSpec(x: Tensor, columns: number): TensorSpec {
  const rows = x.shape[0]!;
  return { shape: [ceilDivide(rows, hardwareBlockRows(rows)), columns] };
}

/** The sums that this device's blocks write. What lies behind them is whatever the memory held before. */
export function writtenBlocks(partial: Tensor, blocks: Scalar): Tensor {
  return rowsOf(partial, 0, blocks);
}

/** The gradient of a parameter: in its sink, or fresh. */
export function gradientSpec(columns: number, onto: Tensor | undefined): OutputSpec {
  return onto ? { inPlaceOf: onto } : { shape: [columns] };
}

export function accumulateOf(sink: GradientSink | undefined): Scalar {
  return sink?.accumulate ?? 0;
}
