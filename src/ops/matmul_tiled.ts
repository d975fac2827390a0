import type { SubgroupMatrix } from "../gpu/subgroup_matrix.ts";
import { capacityOf, ceilDivide, derive, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import type { Layout, MatmulSizes } from "./matmul_kernels.ts";

/** One product, as the kernels are told of it. */
export interface Product {
  readonly sizes: MatmulSizes;
  readonly layout: Layout;
  readonly bindings: Readonly<Record<"a" | "b" | "bias" | "residual" | "y", Tensor>>;
  readonly conditions: Readonly<Record<"BIAS" | "RESIDUAL" | "ACCUMULATE", boolean>>;
  readonly accumulate: Scalar;
  /** The condition of kernels that read b as 16-bit floats, where it is stored so. */
  readonly ofHalf: { readonly HALF_B?: true };
  /** Into how many parts the tiled family cuts K. */
  readonly splits: number;
  readonly scratch: Readonly<Record<"packed" | "partials", Tensor>>;
}

/** The knobs of tiled.wgsl: the tile of y that a workgroup owns, its step along K, and the block of an invocation. */
export interface Tile {
  readonly height: number;
  readonly width: number;
  readonly step: number;
  readonly blockHeight: number;
  readonly blockWidth: number;
}

/** All of them give the same bits: which one is taken is a matter of speed alone. */
export const TILES: Readonly<Record<string, Tile>> = {
  "64x64x16": { height: 64, width: 64, step: 16, blockHeight: 8, blockWidth: 4 },
  "64x64x32": { height: 64, width: 64, step: 32, blockHeight: 8, blockWidth: 4 },
  "64x64x16 wide": { height: 64, width: 64, step: 16, blockHeight: 8, blockWidth: 8 },
  "128x64x16": { height: 128, width: 64, step: 16, blockHeight: 8, blockWidth: 8 },
  "128x128x16": { height: 128, width: 128, step: 16, blockHeight: 8, blockWidth: 8 },
  "32x32x32": { height: 32, width: 32, step: 32, blockHeight: 4, blockWidth: 4 },
  "32x64x32": { height: 32, width: 64, step: 32, blockHeight: 4, blockWidth: 4 },
  "16x64x32": { height: 16, width: 64, step: 32, blockHeight: 4, blockWidth: 4 },
  "8x64x32": { height: 8, width: 64, step: 32, blockHeight: 4, blockWidth: 4 },
  "8x32x64": { height: 8, width: 32, step: 64, blockHeight: 4, blockWidth: 4 },
};

/** The tiles worth trying, the best guess first: few rows want flat tiles, few elements small ones, so that no core is idle. */
const FOR_FEW_ROWS = ["8x64x32", "8x32x64", "16x64x32", "32x32x32"];
const FOR_FEW_ELEMENTS = ["32x32x32", "32x64x32", "64x64x16", "64x64x32", "16x64x32"];
const FOR_MANY = ["64x64x16", "64x64x32", "64x64x16 wide", "128x64x16", "128x128x16", "32x64x32"];

export function tilesFor({ rows, columns }: MatmulSizes, { limits }: Pick<DeviceTraits, "limits">): readonly string[] {
  const elements = capacityOf(rows) * capacityOf(columns);
  const names = capacityOf(rows) <= 16 ? FOR_FEW_ROWS : elements < 64 ** 3 ? FOR_FEW_ELEMENTS : FOR_MANY;
  return names.filter((name) => {
    const { height, width, step, blockHeight, blockWidth } = TILES[name]!;
    const storage = step * (height + width + 8) * 4;
    const invocations = (height * width) / (blockHeight * blockWidth);
    return storage <= limits.maxComputeWorkgroupStorageSize && invocations <= limits.maxComputeInvocationsPerWorkgroup;
  });
}

/** Workgroups that keep a large GPU busy, the least of K that is worth a part, and the most parts. */
const ENOUGH_WORKGROUPS = 128;
const SHORTEST_PART = 256;
const MOST_PARTS = 32;

/**
 * Weight gradients sum over all rows of a batch into a small matrix: few tiles with much to do. Their K is cut into parts, by a rule
 * that knows the shape alone, so that neither the tile nor the adapter's speed changes the order of the sum.
 */
export function splitsFor(layout: Layout, { rows, columns, inner }: MatmulSizes): number {
  if (layout !== "TN") return 1;
  const tiles = Math.ceil(capacityOf(rows) / 64) * Math.ceil(capacityOf(columns) / 64);
  const wanted = Math.ceil(ENOUGH_WORKGROUPS / tiles);
  return Math.max(1, Math.min(wanted, MOST_PARTS, Math.floor(capacityOf(inner) / SHORTEST_PART)));
}

/** Parts begin at multiples of every tile's step. */
const PART_UNIT = 64;

/** The product by tiles of one kind. */
export function tiledLaunches(call: Product, tileName: string): Dispatch[] {
  const { sizes, layout, bindings, splits, ofHalf } = call;
  const { partials } = call.scratch;
  const { rows, columns, inner } = sizes;
  const { height, width, step, blockHeight, blockWidth } = TILES[tileName]!;
  const isSplit = splits > 1;
  const depth = isSplit ? derive(`part of ${splits}`, [inner], (k) => Math.ceil(k / (splits * PART_UNIT)) * PART_UNIT) : inner;
  const multiply: Dispatch = {
    kernel: "matmul/tiled",
    variant: {
      constants: { TILE_HEIGHT: height, TILE_WIDTH: width, STEP: step, BLOCK_HEIGHT: blockHeight, BLOCK_WIDTH: blockWidth },
      conditions: { ...layoutConditions(layout), ...wideConditions(layout, sizes), ...ofHalf },
    },
    bindings: isSplit ? { ...bindings, y: partials } : bindings,
    parameters: { rows, columns, inner, depth, ...(isSplit ? NO_EPILOGUE : epilogueOf(call)) },
    workgroups: [ceilDivide(columns, width), ceilDivide(rows, height), splits],
  };
  if (!isSplit) return [multiply];
  const elements = product(rows, columns);
  const { bias, residual, y } = bindings;
  const reduce: Dispatch = {
    kernel: "matmul/split_k_reduce",
    bindings: { partials, bias, residual, y },
    parameters: { elements, columns, splits, ...epilogueOf(call) },
    workgroups: ceilDivide(elements, 128),
  };
  return [multiply, reduce];
}

/** The product of a few rows, NT, by sums along K in parallel: other bits than the tiles', so it is taken only by who asks for it. */
export function rowLaunches(call: Product): Dispatch[] {
  const { sizes, layout, bindings, ofHalf } = call;
  const { rows, columns, inner } = sizes;
  if (layout !== "NT") throw new Error(`the matmul family row is for the layout NT; given ${layout}`);
  const height = capacityOf(rows) > 4 ? 8 : 4;
  return [
    {
      kernel: "matmul/row",
      variant: { constants: { TILE_ROWS: height }, conditions: { ALIGNED: isWhole(inner), ...ofHalf } },
      bindings,
      parameters: { rows, columns, inner, ...epilogueOf(call) },
      workgroups: [ceilDivide(columns, 4), ceilDivide(rows, height), 1],
    },
  ];
}

/** What a workgroup of subgroup_matrix.wgsl owns. */
export const MATRIX_TILE = { height: 32, width: 32, step: 32 } as const;

/** The product by matrix instructions of subgroups. */
export function matrixLaunches(call: Product, { component, size }: SubgroupMatrix): Dispatch[] {
  const { sizes, layout, bindings } = call;
  const { rows, columns, inner } = sizes;
  return [
    {
      kernel: "matmul/subgroup_matrix",
      variant: { constants: { SIZE: size }, conditions: { ...layoutConditions(layout), F16: component === "f16" } },
      bindings,
      parameters: { rows, columns, inner, ...epilogueOf(call) },
      workgroups: [ceilDivide(columns, MATRIX_TILE.width), ceilDivide(rows, MATRIX_TILE.height), 1],
    },
  ];
}

const NO_EPILOGUE = { has_bias: 0, has_residual: 0, accumulate: 0 };

function epilogueOf({ conditions, accumulate }: Product): Record<keyof typeof NO_EPILOGUE, Scalar> {
  const { BIAS, RESIDUAL, ACCUMULATE } = conditions;
  return { has_bias: Number(BIAS), has_residual: Number(RESIDUAL), accumulate: ACCUMULATE ? accumulate : 0 };
}

export function layoutConditions(layout: Layout): Record<Layout, boolean> {
  return { NN: layout === "NN", NT: layout === "NT", TN: layout === "TN" };
}

/** Whose rows are multiples of 4 long. */
export function wideConditions(layout: Layout, { rows, columns, inner }: MatmulSizes): Record<"WIDE_A" | "WIDE_B" | "WIDE_Y", boolean> {
  return {
    WIDE_A: isWhole(layout === "TN" ? rows : inner),
    WIDE_B: isWhole(layout === "NT" ? inner : columns),
    WIDE_Y: isWhole(columns),
  };
}

export function isWhole(length: Scalar): boolean {
  return typeof length === "number" && length % 4 === 0;
}
