import { capacityOf, ceilDivide } from "../../../graph/scalar.ts";
import type { Dispatch } from "../../../graph/trace.ts";
import { isWhole, type Layout, type MatmulSizes, type Problem } from "../problem.ts";
import { type CheckedWay, type Family, raggedAbove } from "./family.ts";

/** With more rows, tiles read b often enough from workgroup memory. */
const MOST_ROWS = 64;

/**
 * Whether a product on a GPU is sliced along K: those NT of few rows. The capacity of the plan decides, so that a row has the same bits
 * however many there are in a run.
 */
export function isSliced(layout: Layout, { rows }: MatmulSizes): boolean {
  return layout === "NT" && capacityOf(rows) <= MOST_ROWS;
}

const slicedWay: CheckedWay = { launches, checkSizes, precision: "f32" };

/** For products NT of few rows on a GPU, bound by reading b: invocations side by side along K. Its bits are not those of the tiles. */
export const sliced: Family = {
  suits: ({ software }, layout, sizes) => !software && isSliced(layout, sizes),
  way: () => slicedWay,
  candidates: () => ({ sliced: slicedWay }),
};

function launches({ sizes, strides: { stride_of_y }, layout, bindings, conditions, terms }: Problem): Dispatch[] {
  if (layout !== "NT") throw new Error(`matmul layout is ${layout}; it must be NT with the family sliced`);
  const { rows, columns, inner } = sizes;
  const { height, lanes } = shapeFor(sizes);
  return [
    {
      kernel: "matmul/sliced",
      variant: { constants: { TILE_ROWS: height, K_LANES: lanes }, conditions: { ALIGNED: isWhole(inner), ...conditions } },
      bindings,
      parameters: { rows, columns, inner, stride_of_y, terms },
      workgroups: [ceilDivide(columns, widthOf(lanes)), ceilDivide(rows, height), 1],
    },
  ];
}

/** The rows of a workgroup, and its invocations side by side along K. */
interface Slices {
  readonly height: number;
  readonly lanes: number;
}

/** How many workgroups keep a large GPU busy. */
const ENOUGH_WORKGROUPS = 256;

/** More invocations along K make more workgroups, of fewer columns each. Each should have a quad of K to read. */
export function shapeFor({ rows, columns, inner }: MatmulSizes): Slices {
  const capacity = capacityOf(rows);
  const height = capacity <= 4 ? 4 : capacity <= 8 ? 8 : 16;
  const workgroups = (lanes: number): number => Math.ceil(capacityOf(columns) / widthOf(lanes)) * Math.ceil(capacity / height);
  const fitting = [32, 64, 128].filter((lanes) => lanes === 32 || 4 * lanes <= capacityOf(inner));
  return { height, lanes: fitting.find((lanes) => workgroups(lanes) >= ENOUGH_WORKGROUPS) ?? fitting.at(-1)! };
}

/** The columns of a workgroup of 128 invocations, of which each owns four. */
function widthOf(lanes: number): number {
  return (4 * 128) / lanes;
}

/** A few columns take as many lanes as the problem's where K is as long. */
function checkSizes({ sizes }: Problem): MatmulSizes<number> {
  const { height, lanes } = shapeFor(sizes);
  return {
    rows: raggedAbove(height, 3) - 4,
    columns: raggedAbove(widthOf(lanes), sizes.columns),
    inner: raggedAbove(4 * lanes, sizes.inner),
  };
}
