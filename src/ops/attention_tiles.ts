import { ceilDivide } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits } from "../graph/trace.ts";
import { type HeadLayout, headElements } from "./heads.ts";

/** The knobs of lib/head_tile: the rows of a tile, the lanes that share four of them, and the quads of a head in a slice of a block. */
export interface AttentionTile {
  readonly rows: number;
  readonly across: number;
  readonly slice: number;
}

/** The kernels that work by tiles. Each has its own memory and registers, and so its own tiles. */
export type TiledKernel = "causal_tiled" | "causal_tiled_backward_query" | "causal_tiled_backward_key_value";

/** Rows of a block of other rows, as in lib/head_tile. */
const BLOCK_ROWS = 32;
const BYTES_OF_QUAD = 16;
/** The rows of a tile, the best guess first: large tiles read keys and values from memory less often, small ones leave room for others. */
const TILE_ROWS = [32, 64, 16, 8, 4];
/** The longest slice has 64 values of a head. Devices with little workgroup memory take shorter ones. */
const LONGEST_SLICES = [16, 8, 4];
/** More would take long to time. */
const MOST_TILES = 3;

/** The tiles worth trying that fit a device, the best guess first. All give the same bits: the choice is a matter of speed alone. */
export function attentionTiles(kernel: TiledKernel, headDim: number, { limits }: Pick<DeviceTraits, "limits">): readonly AttentionTile[] {
  const quads = Math.ceil(headDim / 4);
  const across = lanesAcross(kernel, headDim);
  const fits = (tile: AttentionTile): boolean =>
    workgroupBytes(kernel, quads, tile) <= limits.maxComputeWorkgroupStorageSize &&
    (tile.rows / 4) * across <= limits.maxComputeInvocationsPerWorkgroup;
  return TILE_ROWS.flatMap((rows) => {
    const fitting = LONGEST_SLICES.map((most) => ({ rows, across, slice: evenSlice(quads, most) })).find(fits);
    return fitting ? [fitting] : [];
  }).slice(0, MOST_TILES);
}

/** Enough lanes that the sums of an invocation stay in registers, and no more than short heads have quads for. */
function lanesAcross(kernel: TiledKernel, headDim: number): number {
  if (headDim <= 32) return 8;
  return headDim <= (kernel === "causal_tiled" ? 128 : 64) ? 16 : 32;
}

/** The quads of a slice, at most `most`, so that slices are as even as can be. */
function evenSlice(quads: number, most: number): number {
  return Math.ceil(quads / Math.ceil(quads / most));
}

/** The workgroup memory of a kernel, as its WGSL declares it. */
export function workgroupBytes(kernel: TiledKernel, quads: number, { rows, across, slice }: AttentionTile): number {
  const groups = rows / 4;
  const padded = Math.ceil(quads / slice) * slice;
  const tile = padded * rows * (kernel === "causal_tiled" ? 1 : 2);
  const line = padded === slice ? slice + 1 : quads;
  const partRows = Math.min(BLOCK_ROWS, 2 ** Math.floor(Math.log2((BLOCK_ROWS * (slice + 1)) / line)));
  const band = Math.max(BLOCK_ROWS * (slice + 1), (partRows - 1) * line + Math.ceil(quads / across) * across);
  const weights = BLOCK_ROWS * (groups + 1);
  const peaks = kernel === "causal_tiled" ? across * groups : 0;
  return BYTES_OF_QUAD * (tile + band + weights + peaks);
}

/** What a dispatch of a tiled kernel takes besides its bindings: a workgroup owns a tile of one query head. */
export function tiledLaunch(kernel: TiledKernel, qkv: Tensor, layout: HeadLayout, tile: AttentionTile) {
  const { heads, keyValueHeads, headDim } = layout;
  const rows = qkv.shape[0]!;
  const { constants, conditions } = headElements(headDim).variant;
  return {
    kernel: `attention/${kernel}`,
    variant: { constants: { ...constants, ROWS: tile.rows, ACROSS: tile.across, SLICE: tile.slice }, conditions },
    parameters: { rows, heads, key_value_heads: keyValueHeads, scale: 1 / Math.sqrt(headDim) },
    workgroups: [heads, ceilDivide(rows, tile.rows), 1] as const,
  };
}
