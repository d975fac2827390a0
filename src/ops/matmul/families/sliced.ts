import { capacityOf, ceilDivide } from "../../../graph/scalar.ts";
import type { Dispatch } from "../../../graph/trace.ts";
import { isWhole, type MatmulSizes, type Problem } from "../problem.ts";
import { type CheckedWay, type Family, raggedAbove } from "./family.ts";

/** With more rows, tiles read b often enough from workgroup memory. */
const MOST_ROWS = 64;

const slicedWay: CheckedWay = { launches, checkSizes };

/**
 * For products NT of few rows on a GPU, bound by reading b: invocations side by side along K. Its bits are not those of the tiles, so the
 * capacity of a plan decides and not tuning: a row has the same bits in every run, however many rows there are.
 */
export const sliced: Family = {
  suits: ({ software }, { layout, sizes: { rows } }) => !software && layout === "NT" && capacityOf(rows) <= MOST_ROWS,
  way: () => slicedWay,
  candidates: () => ({ sliced: slicedWay }),
};

function launches({ sizes, strides: { stride_of_y }, layout, bindings, conditions, terms }: Problem): Dispatch[] {
  if (layout !== "NT") throw new Error(`matmul layout is ${layout}; it must be NT with the family sliced`);
  const { rows, columns, inner } = sizes;
  const [height, lanes] = [rowsOfWorkgroup(sizes), lanesAlongK(sizes)];
  return [
    {
      kernel: "matmul/sliced",
      variant: {
        constants: { TILE_HEIGHT: height, K_LANES: lanes },
        conditions: { ALIGNED: isWhole(inner), ...conditions },
        manyRegisters: true,
      },
      bindings,
      parameters: { rows, columns, inner, stride_of_y, terms },
      workgroups: [ceilDivide(rows, height), ceilDivide(columns, widthOf(lanes)), 1],
    },
  ];
}

/** How many invocations keep a large GPU busy with reading. */
const ENOUGH_INVOCATIONS = 128 * 128;

/**
 * The invocations side by side along K, of which each should find two quads and more. The shape of b alone decides, and so a row has the
 * same bits in every plan of few rows.
 */
export function lanesAlongK({ columns, inner }: Pick<MatmulSizes, "columns" | "inner">): number {
  const fitting = [32, 64, 128].filter((lanes) => lanes === 32 || 8 * lanes <= capacityOf(inner));
  return fitting.find((lanes) => (lanes * capacityOf(columns)) / 4 >= ENOUGH_INVOCATIONS) ?? fitting.at(-1)!;
}

function rowsOfWorkgroup({ rows }: Pick<MatmulSizes, "rows">): number {
  return capacityOf(rows) <= 4 ? 4 : 8;
}

/** The columns of a workgroup of 128 invocations, of which each owns four. */
function widthOf(lanes: number): number {
  return (4 * 128) / lanes;
}

/** Few columns take as many lanes along K as the problem's, if K is just long enough for them. */
function checkSizes({ sizes }: Problem): MatmulSizes<number> {
  const [height, lanes] = [rowsOfWorkgroup(sizes), lanesAlongK(sizes)];
  return {
    rows: height - 1,
    columns: raggedAbove(widthOf(lanes), sizes.columns),
    inner: raggedAbove(8 * lanes, sizes.inner),
  };
}
