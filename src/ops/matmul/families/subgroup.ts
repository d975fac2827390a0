import { capacityOf, ceilDivide, type Scalar } from "../../../graph/scalar.ts";
import type { DeviceTraits, Dispatch } from "../../../graph/trace.ts";
import { wholeQuads } from "../../elements.ts";
import { isWhole, type Layout, type MatmulSizes, type Problem } from "../problem.ts";
import type { CheckedWay, Family } from "./family.ts";
import { checkSizesOfHeld, heldLaunch } from "./held.ts";

const subgroupWay: CheckedWay = { launches, checkSizes };

/** For software adapters, where subgroup shuffles are nearly free and workgroup memory is slow. */
export const subgroup: Family = {
  suits: ({ software, subgroups }) => software && subgroups,
  way: () => subgroupWay,
  candidates: () => ({ subgroup: subgroupWay }),
};

function launches(problem: Problem, device: DeviceTraits): Dispatch[] {
  const { layout, sizes } = problem;
  const isHeld = device.lanes > 4;
  const enoughRows = isHeld ? ROWS_WORTH_HOLDING : ROWS_WORTH_PACKING;
  if (layout === "NT" && capacityOf(sizes.rows) < enoughRows) return [fewRowsLaunch(problem, device)];
  if (isHeld) return [heldLaunch(problem, device)];
  if (!needsPacking(layout, sizes)) return [multiplyLaunch(problem, device)];
  const { bindings, conditions, scratch } = problem;
  const ofPacked = {
    ...problem,
    bindings: { ...bindings, b: scratch.packed },
    conditions: { ...conditions, HALF_B: false, BF16: false, PAIRED: false },
  };
  return [packLaunch(problem, device), multiplyLaunch(ofPacked, device)];
}

/** Fewer rows do not repay holding a block of b, or packing all of it. */
const ROWS_WORTH_HOLDING = 24;
const ROWS_WORTH_PACKING = 48;

/** subgroup_of_four.wgsl reads b [K, N] in quads along N. */
function needsPacking(layout: Layout, { columns }: MatmulSizes): boolean {
  return layout === "NT" || capacityOf(columns) % 4 !== 0;
}

/** The shape of packed b: [K, N rounded up to whole quads]. */
export function packedShape({ columns, inner }: MatmulSizes): Scalar[] {
  return [inner, wholeQuads(columns)];
}

function fewRowsLaunch(
  { sizes, strides: { stride_of_y }, bindings, conditions, terms, possibleTerms }: Problem,
  { lanes }: DeviceTraits,
): Dispatch {
  const { rows, columns, inner } = sizes;
  const tileRows = capacityOf(rows) > 4 ? 8 : 4;
  return {
    kernel: "matmul/few_rows",
    variant: { constants: { TILE_ROWS: tileRows, TERMS: possibleTerms }, conditions: { ALIGNED: isWhole(inner), ...conditions } },
    bindings,
    parameters: { rows, columns, inner, stride_of_y, terms },
    workgroups: [ceilDivide(columns, 4 * lanes), ceilDivide(rows, tileRows), 1],
  };
}

/** The rows of packed b that a workgroup of pack.wgsl writes. */
const PACKED_ROWS = 32;

function packLaunch({ layout, sizes, bindings, conditions, scratch }: Problem, { lanes }: DeviceTraits): Dispatch {
  const { columns, inner } = sizes;
  const isTransposed = layout === "NT";
  return {
    kernel: "matmul/pack",
    variant: {
      conditions: {
        NT: isTransposed,
        ALIGNED: isTransposed && isWhole(inner),
        HALF_B: conditions.HALF_B,
        BF16: conditions.BF16,
        PAIRED: conditions.PAIRED,
      },
    },
    bindings: { b: bindings.b, packed: scratch.packed },
    parameters: { columns, inner },
    workgroups: [ceilDivide(columns, 4 * lanes), ceilDivide(inner, PACKED_ROWS), 1],
  };
}

function multiplyLaunch(
  { layout, sizes, strides: { stride_of_a, stride_of_y }, bindings, conditions, terms, possibleTerms }: Problem,
  device: DeviceTraits,
): Dispatch {
  const { rows, columns, inner } = sizes;
  const quads = quadsPerLane(capacityOf(stride_of_y), device);
  const strides = layout === "TN" ? { row_stride: 1, inner_stride: stride_of_a } : { row_stride: stride_of_a, inner_stride: 1 };
  return {
    kernel: "matmul/subgroup_of_four",
    variant: { constants: { QUADS: quads, TERMS: possibleTerms }, conditions },
    bindings,
    parameters: { rows, columns, inner, ...strides, stride_of_y, terms },
    workgroups: [ceilDivide(columns, 4 * quads * device.lanes), ceilDivide(rows, 16), 1],
  };
}

/** The most quads that keep columns past the edge, which are computed in vain, to a sixth; one where y is stored value by value. */
function quadsPerLane(columns: number, { lanes }: DeviceTraits): number {
  if (columns % 4 !== 0) return 1;
  const widest = [4, 2].find((quads) => {
    const width = 4 * quads * lanes;
    return Math.ceil(columns / width) * width * 6 <= columns * 7;
  });
  return widest ?? 1;
}

/** Sizes that fall just short of whole tiles, for the kernel, the quads and the blocks that the problem takes. */
function checkSizes(problem: Problem, device: DeviceTraits): MatmulSizes<number> {
  const { kernel, variant } = launches(problem, device).at(-1)!;
  const { QUADS = 1, TILE_ROWS = 8, CHUNKS } = variant?.constants ?? {};
  if (CHUNKS !== undefined) return checkSizesOfHeld(problem, device);
  const { columns, inner } = problem.sizes;
  return {
    rows: kernel === "matmul/few_rows" ? TILE_ROWS - 1 : 53,
    columns: 4 * QUADS * device.lanes - (isWhole(columns) ? 4 : 3),
    inner: 2 * device.lanes + (isWhole(inner) ? 4 : 3),
  };
}
