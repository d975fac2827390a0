import { capacityOf, ceilDivide } from "../../../graph/scalar.ts";
import type { DeviceTraits, Dispatch } from "../../../graph/trace.ts";
import { isWhole, type Layout, type MatmulSizes, type Problem, wideConditions } from "../problem.ts";

/** The most rows that a workgroup walks over: enough to repay reading a block of b, few enough to share out among many cores. */
const MOST_ROWS = 512;
/** The most memory for sums that are kept between blocks. */
const MOST_KEPT = 32_768;
const BYTES_OF_SUMS = 16;
/** The fewest rows that repay reading a block of b. */
const FEWEST_ROWS = 64;
/** Workgroups that keep the cores of a CPU busy. */
const ENOUGH_WORKGROUPS = 8;

/** The fewest rows with which two quads of columns a lane leave work for several cores. Gradients have a weight's rows, which are few. */
const FEWEST_ROWS_OF_TWO: Readonly<Record<Layout, number>> = { NN: 4 * FEWEST_ROWS, NT: 4 * FEWEST_ROWS, TN: 2 * FEWEST_ROWS };
/** The most lanes whose blocks of two quads of columns fit WGSL's 8 KiB of private memory. */
const MOST_LANES_OF_TWO = 64;

/** A product by held.wgsl or held_transposed.wgsl. */
export function heldLaunch(problem: Problem, device: DeviceTraits): Dispatch {
  const { lanes } = device;
  const { layout, sizes, strides, bindings, conditions, terms, possibleTerms } = problem;
  const { rows, columns, inner } = sizes;
  const isTransposed = layout === "TN";
  const chunks = chunksOf(layout, capacityOf(inner), device);
  const quads = quadsOf(problem, device);
  const across = Math.ceil(capacityOf(columns) / (4 * lanes * quads));
  const isCut = capacityOf(inner) > 4 * lanes * chunks;
  const keepsSums = isCut || isTransposed;
  const mostRows = keepsSums ? mostKept(device) / (BYTES_OF_SUMS * lanes * quads) : MOST_ROWS;
  // held_transposed.wgsl reads rows of y in quads, so no tile may begin within one.
  const share = 4 * Math.ceil((capacityOf(rows) * across) / ENOUGH_WORKGROUPS / 4);
  const tileRows = Math.min(Math.max(share, FEWEST_ROWS), mostRows);
  const { WIDE_A, WIDE_B } = wideConditions(layout, sizes, strides);
  return {
    kernel: isTransposed ? "matmul/held_transposed" : "matmul/held",
    variant: {
      constants: { CHUNKS: chunks, MOST_ROWS: mostRows, TERMS: possibleTerms },
      conditions: {
        ...conditions,
        WIDE_A,
        WIDE_B,
        NT: layout === "NT",
        SEVERAL_BLOCKS: isCut && !isTransposed,
        TWO_QUADS: quads > 1,
      },
    },
    bindings,
    parameters: { rows, columns, inner, ...strides, tile_rows: tileRows, terms },
    workgroups: [across, ceilDivide(rows, tileRows), 1],
  };
}

/** Bytes for sums between blocks: a power of two, so that a tile has whole quads of rows. */
function mostKept({ limits }: DeviceTraits): number {
  return Math.min(MOST_KEPT, 2 ** Math.floor(Math.log2(limits.maxComputeWorkgroupStorageSize)));
}

/** Quads of columns for each lane. Two halve what is read of a for a product. */
function quadsOf({ layout, sizes }: Problem, { lanes }: DeviceTraits): number {
  if (capacityOf(sizes.rows) < FEWEST_ROWS_OF_TWO[layout] || lanes > MOST_LANES_OF_TWO) return 1;
  const quads = Math.ceil(capacityOf(sizes.columns) / (4 * lanes));
  return quads % 2 === 0 || quads > 6 ? 2 : 1; // an odd one is computed in vain
}

/**
 * The chunks of a block, each four steps a lane. The driver unrolls a block's steps, and an iteration of a hundred of them still fits what
 * a processor keeps decoded, with the branches of reads if lanes read one by one; a gradient reads four rows in an iteration. Of two sizes
 * that are right for a long K, the one that fills it better.
 */
function chunksOf(layout: Layout, inner: number, { lanes, gathers }: DeviceTraits): number {
  const wanted = Math.ceil(inner / (4 * lanes));
  const most = Math.max(1, Math.floor((layout === "TN" ? 16 : 32) / lanes));
  if (wanted <= most) return wanted;
  if (layout === "TN") return most;
  const sizes = (gathers ? [most, most - 1] : [most - 1, most - 2]).filter((chunks) => chunks > 0);
  const steps = (chunks: number): number => Math.ceil(wanted / chunks) * chunks;
  return sizes.reduce((best, chunks) => (steps(chunks) < steps(best) ? chunks : best), sizes[0] ?? 1);
}

/** Small ragged sizes with which a product takes the same variant as the given one. */
export function checkSizesOfHeld(problem: Problem, device: DeviceTraits): MatmulSizes<number> {
  const quads = quadsOf(problem, device);
  return {
    rows: quads > 1 ? FEWEST_ROWS_OF_TWO[problem.layout] + 5 : 53,
    columns: 4 * quads * device.lanes - (isWhole(problem.sizes.columns) ? 4 : 3),
    inner: smallestInner(problem, device),
  };
}

function smallestInner(problem: Problem, device: DeviceTraits): number {
  const { layout, sizes } = problem;
  const { lanes } = device;
  const inner = capacityOf(sizes.inner);
  const block = chunksOf(layout, inner, device);
  const isCut = inner > 4 * lanes * block;
  let chunks = isCut ? block + 1 : block;
  while (chunksOf(layout, 4 * lanes * chunks, device) !== block) chunks += 1;
  return 4 * lanes * chunks - (isWhole(sizes.inner) ? 4 : 3);
}
