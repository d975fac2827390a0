import { capacityOf, ceilDivide, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch, GradientSink } from "../graph/trace.ts";
import { defineOp, shapeError } from "./define.ts";

/** Rows of a block, which one lane adds up, or eight on a GPU: enough to be worth it, few enough to spread a sum over the GPU. */
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
  forward: ({ inputs: { x }, outputs: { y }, attributes: { blockRows, accumulate } }, device) => {
    const sum = { x, rows: x.shape[0]!, columns: x.size(1), y };
    if (capacityOf(sum.rows) <= blockRows) return [wholeSumLaunch(device, [sum], accumulate)];
    return [sumLaunch(device, [sum], { blockRows, accumulate })];
  },
});

/** A sum of the rows of x [B, C], of which there may be fewer than x has room for. */
export interface ColumnSum {
  readonly x: Tensor;
  readonly rows: Scalar;
  readonly columns: number;
  readonly y: Tensor;
}

/** Sums that one launch adds up whole, and that others may join. */
interface WholeSums {
  readonly sums: readonly ColumnSum[];
  readonly accumulate: Scalar;
}

type Join = NonNullable<Dispatch["join"]>;

/** By the function that joins them, which a copy of a dispatch keeps. */
const wholeSums = new WeakMap<Join, WholeSums>();

/** What the kernel calls the sums beside the first one. */
const OTHERS = ["TWO", "THREE", "FOUR"] as const;

/** One launch for up to four sums of any sizes over all of their rows. Later ones may join it (graph/join). */
function wholeSumLaunch(device: DeviceTraits, sums: readonly ColumnSum[], accumulate: Scalar): Dispatch {
  const blockRows = Math.max(1, ...sums.map(({ rows }) => capacityOf(rows)));
  const join: Join = (later) => {
    const other = later.join && wholeSums.get(later.join);
    if (other?.accumulate !== accumulate || sums.length + other.sums.length > 1 + OTHERS.length) return undefined;
    return wholeSumLaunch(device, [...sums, ...other.sums], accumulate);
  };
  wholeSums.set(join, { sums, accumulate });
  return { ...sumLaunch(device, sums, { blockRows, accumulate }), join };
}

/** A gradient whose partial sums are to be added up. */
export interface PartialGradient {
  readonly partial: Tensor;
  readonly gradient: Tensor;
  readonly accumulate: Scalar;
}

/** Adds up the parts of gradients, of which each has so many: in one launch where all gradients are stored in the same way. */
export function sumParts(device: DeviceTraits, parts: Scalar, gradients: readonly PartialGradient[]): Dispatch[] {
  const ways = new Set(gradients.map(({ accumulate }) => accumulate));
  return [...ways].map((way) => {
    const alike = gradients.filter(({ accumulate }) => accumulate === way);
    const sums = alike.map(({ partial, gradient }) => ({ x: partial, rows: parts, columns: partial.size(1), y: gradient }));
    return wholeSumLaunch(device, sums, way);
  });
}

function sumLaunch(device: DeviceTraits, sums: readonly ColumnSum[], { blockRows, accumulate }: Attributes): Dispatch {
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
  return {
    kernel: "norm/column_sum",
    variant: { conditions, constants: { LANES: lanes, ROW_LANES: rowLanes } },
    bindings,
    parameters,
    // At least one block, so that an empty batch writes zeros.
    workgroups: [end, sums.length > 1 ? 1 : atLeastOne(ceilDivide(sums[0]!.rows, blockRows)), 1],
  };
}

function atLeastOne(blocks: Scalar): Scalar {
  if (typeof blocks === "number") return Math.max(1, blocks);
  return { ...blocks, capacity: Math.max(1, blocks.capacity), evaluate: (run) => Math.max(1, blocks.evaluate(run)) };
}

/** The sum over rows, in a fixed order: x [N, C] -> [1, C], or into the gradient of a parameter where its sink is given. */
export function columnSum(x: Tensor, sink?: GradientSink): Tensor {
  const rows = x.shape[0]!;
  const blocks = capacityOf(rows) > BLOCK_ROWS ? columnSumOp({ x }, { blockRows: BLOCK_ROWS, accumulate: 0 }).y : x;
  const whole = Math.max(1, capacityOf(blocks.shape[0]!));
  return columnSumOp({ x: blocks, onto: sink?.onto }, { blockRows: whole, accumulate: sink?.accumulate ?? 0 }).y;
}
