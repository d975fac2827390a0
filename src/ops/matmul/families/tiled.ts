import { capacityOf, ceilDivide, derive, product, type Scalar } from "../../../graph/scalar.ts";
import { reshape, type Tensor } from "../../../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../../../graph/trace.ts";
import { sumParts } from "../../column_sum.ts";
import { layoutConditions, type Problem, wideConditions } from "../problem.ts";
import { type CheckedWay, type Family, raggedAbove } from "./family.ts";
import { matrixWays } from "./matrix.ts";

/** For GPUs: a workgroup owns a tile of y and shares the operands through workgroup memory. */
export const tiled: Family = {
  suits: ({ software }) => !software,
  way: tiledWay,
  // A device has matrix instructions only where the user asked for them, so they come first.
  candidates: (problem, device) => ({
    ...matrixWays(problem, device),
    ...Object.fromEntries(tilesFor(problem, device).map((tile) => [`tiled ${tile}`, tiledWay(tile)])),
  }),
};

/** The knobs of tiled.wgsl: the tile of y that a workgroup owns, its step along K, and the block of an invocation. */
export interface Tile {
  readonly height: number;
  readonly width: number;
  readonly step: number;
  readonly blockHeight: number;
  readonly blockWidth: number;
}

/** All tiles give the same bits, so the choice among them is a matter of speed alone. */
export const TILES: Readonly<Record<string, Tile>> = {
  "128x128x16": { height: 128, width: 128, step: 16, blockHeight: 8, blockWidth: 8 },
  "128x64x16": { height: 128, width: 64, step: 16, blockHeight: 8, blockWidth: 8 },
  "64x64x16": { height: 64, width: 64, step: 16, blockHeight: 8, blockWidth: 8 },
  "64x32x16": { height: 64, width: 32, step: 16, blockHeight: 8, blockWidth: 4 },
  "32x32x32": { height: 32, width: 32, step: 32, blockHeight: 4, blockWidth: 4 },
  "16x32x32": { height: 16, width: 32, step: 32, blockHeight: 4, blockWidth: 4 },
  "16x64x32": { height: 16, width: 64, step: 32, blockHeight: 4, blockWidth: 4 },
};

/** Flat tiles for few rows. Others from the largest, which loads the least, to the smallest, which keeps the most cores busy. */
const FLAT = ["16x64x32", "16x32x32", "32x32x32", "64x32x16"];
const FROM_LARGE_TO_SMALL = ["128x128x16", "128x64x16", "64x64x16", "64x32x16", "32x32x32"];

/** As many workgroups as a large GPU has cores. */
const ENOUGH_TILES = 128;

/** The tiles worth trying that a device has room for, the best guess first: the largest of which there are enough, then its neighbours. */
export function tilesFor(
  { sizes, splits }: Pick<Problem, "sizes" | "splits">,
  { limits }: Pick<DeviceTraits, "limits">,
): readonly string[] {
  const [rows, columns] = [capacityOf(sizes.rows), capacityOf(sizes.columns)];
  const fitting = (rows <= 16 ? FLAT : FROM_LARGE_TO_SMALL).filter((name) => {
    const { workgroupBytes, invocations } = needsOf(TILES[name]!);
    return workgroupBytes <= limits.maxComputeWorkgroupStorageSize && invocations <= limits.maxComputeInvocationsPerWorkgroup;
  });
  if (rows <= 16) return fitting;
  const enough = fitting.findIndex((name) => {
    const { height, width } = TILES[name]!;
    return Math.ceil(rows / height) * Math.ceil(columns / width) * splits >= ENOUGH_TILES;
  });
  const best = enough < 0 ? fitting.length - 1 : enough;
  const distance = (name: string): number => Math.abs(fitting.indexOf(name) - best);
  return fitting.filter((name) => distance(name) <= 2).sort((a, b) => distance(a) - distance(b));
}

/** What a tile takes of a workgroup: see the slices of tiled.wgsl. */
function needsOf({ height, width, step, blockHeight, blockWidth }: Tile): { workgroupBytes: number; invocations: number } {
  const gaps = 2 * Math.max(step / 4, 8);
  return { workgroupBytes: 16 * ((step * (height + width)) / 4 + gaps), invocations: (height * width) / (blockHeight * blockWidth) };
}

/** Parts of K begin at multiples of this, which is a multiple of every tile's step. */
const PART_UNIT = 64;

/** The product by tiles of one kind: the named one, else the one that suits the product's shape. */
function tiledWay(name?: string): CheckedWay {
  const tileFor = (problem: Problem, device: DeviceTraits): Tile => TILES[name ?? tilesFor(problem, device)[0]!]!;
  return {
    launches: (problem, device) => tiledLaunches(problem, tileFor(problem, device), device),
    checkSizes: (problem, device) => {
      const { height, width, step } = tileFor(problem, device);
      const { rows, columns, inner } = problem.sizes;
      return {
        rows: raggedAbove(height, rows),
        columns: raggedAbove(width, columns),
        inner: raggedAbove(problem.splits > 1 ? PART_UNIT + step : 2 * step, inner),
      };
    },
  };
}

function tiledLaunches(problem: Problem, tile: Tile, device: DeviceTraits): Dispatch[] {
  const { sizes, bindings, conditions, splits, scratch } = problem;
  const { inner } = sizes;
  if (splits === 1) return [multiplyLaunch(problem, tile, inner)];
  // The parts are plain sums; the kernel that adds them up applies the epilogue.
  const { x, activated, grad_bias, ...plain } = { ...bindings, y: scratch.partials };
  const sums = grad_bias && { grad_bias: scratch.bias_partials };
  const parts = { ...problem, bindings: { ...plain, ...sums }, conditions: { ...conditions, ...WITHOUT_ACTIVATION }, terms: 0 };
  const depth = derive(`part of ${splits}`, [inner], (k) => Math.ceil(k / (splits * PART_UNIT)) * PART_UNIT);
  return [multiplyLaunch(parts, tile, depth), ...(smallSums(problem, device) ?? [reduceLaunch(problem)])];
}

const WITHOUT_ACTIVATION = { GELU: false, GELU_BACKWARD: false, ERF: false, SWIGLU: false, SWIGLU_BACKWARD: false, KEPT: false };

/** The largest gradient whose parts column_sum adds up, with a lane for every eighth part. */
const SMALL_GRADIENT = 2 ** 18;

/** Launches that add up the parts of a small weight gradient, which others may join; undefined for other products. */
function smallSums({ layout, sizes, bindings, scratch, splits, plain }: Problem, device: DeviceTraits): Dispatch[] | undefined {
  const elements = product(sizes.rows, sizes.columns);
  if (layout !== "TN" || !plain || typeof elements !== "number" || elements > SMALL_GRADIENT) return undefined;
  const { partials, bias_partials } = scratch;
  const gradient = { partial: reshape(partials, [splits, elements]), gradient: bindings.y, accumulate: plain.y };
  if (!bindings.grad_bias) return sumParts(device, splits, [gradient]);
  return sumParts(device, splits, [gradient, { partial: bias_partials, gradient: bindings.grad_bias, accumulate: plain.grad_bias }]);
}

function multiplyLaunch({ sizes, strides, layout, bindings, conditions, terms, splits }: Problem, tile: Tile, depth: Scalar): Dispatch {
  const { rows, columns, inner } = sizes;
  const { height, width, step, blockHeight, blockWidth } = tile;
  const [down, across] = [ceilDivide(rows, height), ceilDivide(columns, width)];
  // Neighbours share the operand of which there is more, so that it is read from memory once. The other one stays in caches.
  const isRowsFirst = capacityOf(down) < capacityOf(across);
  return {
    kernel: "matmul/tiled",
    variant: {
      constants: { TILE_HEIGHT: height, TILE_WIDTH: width, STEP: step, BLOCK_HEIGHT: blockHeight, BLOCK_WIDTH: blockWidth },
      conditions: { ...layoutConditions(layout), ...wideConditions(layout, sizes, strides), ...conditions },
      manyRegisters: true,
    },
    bindings,
    parameters: { rows, columns, inner, ...strides, depth, terms, rows_first: isRowsFirst ? 1 : 0 },
    workgroups: isRowsFirst ? [down, across, splits] : [across, down, splits],
  };
}

function reduceLaunch(problem: Problem): Dispatch {
  const { sizes, strides, bindings, conditions, terms, splits, scratch } = problem;
  const { rows, columns } = sizes;
  const { a, b, ...epilogue } = bindings;
  const { partials, bias_partials } = scratch;
  const quads = product(rows, ceilDivide(columns, 4));
  const biasQuads = ceilDivide(conditions.SUM_B ? columns : rows, 4);
  const beside: Record<string, Tensor> = bindings.grad_bias ? { bias_partials } : { unread: partials };
  return {
    kernel: "matmul/split_k_reduce",
    variant: { conditions },
    bindings: { partials, ...beside, ...epilogue },
    parameters: { rows, columns, stride_of_y: strides.stride_of_y, splits, terms },
    workgroups: ceilDivide(bindings.grad_bias ? derive("quads", [quads, biasQuads], (y, bias) => y + bias) : quads, 128),
  };
}
