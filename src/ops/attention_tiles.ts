import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import type { Call } from "./define.ts";
import { type HeadLayout, headElements, scoreScale, scoreVariant, type Variant } from "./heads.ts";
import type { AnyCall } from "./trial_calls.ts";
import type { Ways } from "./ways.ts";

/** The knobs of lib/head_tile: the rows of a tile, the lanes that share four of them, and the quads of a head in a slice of a block. */
export interface AttentionTile {
  readonly rows: number;
  readonly across: number;
  readonly slice: number;
}

/** The kernels that work by tiles. Those of the backward pass keep twice as much. */
export type TiledKernel = "causal_tiled" | "causal_tiled_backward";

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

/** The head vectors that a tile keeps of each of its rows: the query alone, or two where gradients are wanted. */
function vectorsOfTile(kernel: string): number {
  return kernel === "causal_tiled" ? 1 : 2;
}

/** The workgroup memory of a kernel, as its WGSL declares it. */
export function workgroupBytes(kernel: TiledKernel, quads: number, { rows, across, slice }: AttentionTile): number {
  const groups = rows / 4;
  const padded = Math.ceil(quads / slice) * slice;
  const tile = vectorsOfTile(kernel) * padded * rows;
  const line = padded === slice ? slice + 1 : quads;
  const partRows = Math.min(BLOCK_ROWS, 2 ** Math.floor(Math.log2((BLOCK_ROWS * (slice + 1)) / line)));
  // Rows of which every invocation keeps as many quads.
  const rowsKept = (least: number, width: number): number => {
    const invocations = groups * across;
    return Math.ceil((Math.ceil((least * width) / invocations) * invocations) / width);
  };
  const readByLanes = (partRows - 1) * line + Math.ceil(quads / across) * across;
  const band = Math.max(rowsKept(BLOCK_ROWS, slice) * (slice + 1), rowsKept(partRows, quads) * line, readByLanes);
  const weights = BLOCK_ROWS * (groups + 1);
  const peaks = kernel === "causal_tiled" ? across * groups : 0;
  return BYTES_OF_QUAD * (tile + band + weights + peaks);
}

/** `attended` and `query_end` come together, where sequences share rows, and `positions` where there is a window. */
export type AttentionInputs = {
  qkv: Tensor;
  positions?: Tensor | undefined;
  sequence_start: Tensor;
  sequence_end: Tensor;
  attended?: Tensor | undefined;
  query_end?: Tensor | undefined;
};

/** The heads, and how many of the last rows of its sequence a row attends to, itself included. Left out: all. */
export interface AttentionShape {
  readonly layout: HeadLayout;
  readonly window?: number | undefined;
}

export type ForwardCall = Call<AttentionInputs, "out" | "log_sum_exp", AttentionShape>;
export type BackwardInputs = AttentionInputs & { out: Tensor; log_sum_exp: Tensor; grad_out: Tensor };
export type BackwardCall = Call<BackwardInputs, "grad_qkv" | "delta" | "parts", AttentionShape>;

/** The ways to launch the forward pass by tiles. */
export function forwardWays(headDim: number, device: Pick<DeviceTraits, "limits">): Ways<ForwardCall> {
  return waysOf(attentionTiles("causal_tiled", headDim, device), ({ inputs, outputs, attributes }, tile) => {
    const { qkv, sequence_end } = inputs;
    const { variant, positions } = scoresOf(inputs, attributes);
    const bindings = { qkv, sequence_end, ...keysOf(inputs), ...positions, ...outputs };
    return [{ ...launch("causal_tiled", qkv, attributes.layout, tile, withVariant(variant, isShared(inputs))), bindings }];
  });
}

/** What kernels read that walk over the keys of rows, and what those read that walk over their queries. */
export function keysOf({ sequence_start, attended }: AttentionInputs): Dispatch["bindings"] {
  return attended ? { attended } : { sequence_start };
}

export function queriesOf({ sequence_end, query_end = sequence_end }: AttentionInputs): Dispatch["bindings"] {
  return { query_end };
}

/** What kernels need to know of scores: their cap and their window, and for one where rows stand in their sequences. */
export function scoresOf(
  { positions }: AttentionInputs,
  { layout, window }: AttentionShape,
): { variant: Variant; positions: Dispatch["bindings"] } {
  return { variant: scoreVariant(layout, window), positions: window === undefined || !positions ? {} : { positions } };
}

/** The condition of kernels whose sequences share rows. */
export function isShared({ attended }: AttentionInputs): { readonly SHARED: boolean } {
  return { SHARED: attended !== undefined };
}

/** The ways to launch the backward pass by tiles. Its two kernels have the same tiles. */
export function backwardWays(headDim: number, device: Pick<DeviceTraits, "limits">): Ways<BackwardCall> {
  return waysOf(attentionTiles("causal_tiled_backward", headDim, device), backwardLaunches);
}

export function wayName(rows: number): string {
  return `tiles of ${rows} rows`;
}

function waysOf<Known extends AnyCall>(
  tiles: readonly AttentionTile[],
  launches: (call: Known, tile: AttentionTile) => readonly Dispatch[],
): Ways<Known> {
  return Object.fromEntries(tiles.map((tile) => [wayName(tile.rows), (call: Known) => launches(call, tile)]));
}

/** Query heads that share a key-value head leave a gradient each, and a third kernel adds them up. */
function backwardLaunches({ inputs, outputs, attributes }: BackwardCall, tile: AttentionTile): readonly Dispatch[] {
  const { layout } = attributes;
  const { qkv, out, log_sum_exp, grad_out } = inputs;
  const { grad_qkv, delta, parts } = outputs;
  const isGrouped = layout.heads !== layout.keyValueHeads;
  const { variant, positions } = scoresOf(inputs, attributes);
  const query = launch("causal_tiled_backward_query", qkv, layout, tile, withVariant(variant, isShared(inputs)));
  const grouped = withVariant(variant, { GROUPED: isGrouped, ...isShared(inputs) });
  const keyValue = launch("causal_tiled_backward_key_value", qkv, layout, tile, grouped);
  return [
    { ...query, bindings: { qkv, ...keysOf(inputs), ...positions, grad_out, out, log_sum_exp, grad_qkv, delta }, partly: ["grad_qkv"] },
    {
      ...keyValue,
      bindings: { qkv, ...queriesOf(inputs), ...positions, grad_out, log_sum_exp, delta, ...(isGrouped ? { parts } : { grad_qkv }) },
    },
    ...(isGrouped ? [groupSum(qkv, layout, { parts, grad_qkv })] : []),
  ];
}

/** Products of head vectors for each query and key: of scores and values, and backward of scores and gradients again. */
function productsOf(kernel: string): number {
  if (kernel.endsWith("_query")) return 3;
  return kernel.endsWith("_key_value") ? 4 : 2;
}

/** The operations of a kernel where all rows are one sequence, and attend to half of them on average. Several sequences take fewer. */
export function attentionOperations(kernel: string, rows: Scalar, { heads, headDim }: HeadLayout): Scalar {
  return product(productsOf(kernel) * heads * headDim, rows, rows);
}

function withVariant({ constants, conditions }: Variant, more: Readonly<Record<string, boolean>>): Variant {
  return { constants, conditions: { ...conditions, ...more } };
}

/** A workgroup owns a tile of one query head. */
function launch(
  name: string,
  qkv: Tensor,
  layout: HeadLayout,
  { rows, across, slice }: AttentionTile,
  more: Variant,
): Omit<Dispatch, "bindings"> {
  const { heads, keyValueHeads, headDim } = layout;
  const { constants, conditions } = headElements(headDim).variant;
  const vectors = vectorsOfTile(name);
  return {
    kernel: `attention/${name}`,
    variant: {
      constants: { ...constants, ...more.constants, ROWS: rows, ACROSS: across, SLICE: slice, TILE_VECTORS: vectors },
      conditions: { ...conditions, ...more.conditions },
      manyRegisters: true,
    },
    parameters: { rows: qkv.shape[0]!, heads, key_value_heads: keyValueHeads, scale: scoreScale(layout) },
    workgroups: [heads, ceilDivide(qkv.shape[0]!, rows), 1],
    operations: attentionOperations(name, qkv.shape[0]!, layout),
  };
}

function groupSum(qkv: Tensor, { heads, keyValueHeads, headDim }: HeadLayout, bindings: Dispatch["bindings"]): Dispatch {
  const rows = qkv.shape[0]!;
  const { variant } = headElements(headDim);
  return {
    kernel: "attention/causal_group_sum",
    variant,
    bindings,
    parameters: { rows, heads, key_value_heads: keyValueHeads },
    workgroups: ceilDivide(product(rows, 2 * keyValueHeads, variant.constants.HEAD_ELEMENTS!), 64),
  };
}
