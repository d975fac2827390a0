import { capacityOf, ceilDivide, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import type { Call } from "./define.ts";

/** NN: a [M, K] b [K, N].  NT: a [M, K] b [N, K], as linear layers keep their weights.  TN: a [K, M] b [K, N], weight gradients. */
export type Layout = "NN" | "NT" | "TN";

/** Which kernels: `subgroup` and `register` for software adapters, with and without subgroups; `tiled` for GPUs. */
export type MatmulFamily = "subgroup" | "register" | "tiled";

export type MatmulInputs = { a: Tensor; b: Tensor; bias?: Tensor | undefined; residual?: Tensor | undefined; onto?: Tensor | undefined };
export type MatmulAttributes = { readonly layout: Layout; readonly accumulate: Scalar; readonly family?: MatmulFamily | undefined };

/** `packed` is memory for b in the order that the subgroup family reads; other families leave it without memory. */
export type MatmulOutputs = "y" | "packed";

export interface MatmulSizes {
  readonly rows: Scalar;
  readonly columns: Scalar;
  readonly inner: Scalar;
}

export function sizesOf({ a, b }: Pick<MatmulInputs, "a" | "b">, layout: Layout): MatmulSizes & { readonly innerOfB: Scalar } {
  const [rows, inner] = layout === "TN" ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [columns, innerOfB] = layout === "NT" ? [b.shape[0]!, b.shape[1]!] : [b.shape[1]!, b.shape[0]!];
  return { rows, columns, inner, innerOfB };
}

/** The kernels of one product on a device. */
export function matmulLaunches(
  { inputs, outputs, attributes }: Call<MatmulInputs, MatmulOutputs, MatmulAttributes>,
  device: DeviceTraits,
): readonly Dispatch[] {
  const { a, b, bias, residual, onto } = inputs;
  const { layout, accumulate } = attributes;
  const sizes = sizesOf(inputs, layout);
  const { rows, columns, inner } = sizes;
  const family = attributes.family ?? familyOf(device);
  // A kernel's bindings are fixed; what it does not read is bound to b.
  const bindings = { a, b, bias: bias ?? b, residual: residual ?? b, y: outputs.y };
  const conditions = { BIAS: bias !== undefined, RESIDUAL: residual !== undefined, ACCUMULATE: onto !== undefined && accumulate !== 0 };
  const product = { sizes, layout, bindings, conditions, accumulate };
  // An empty matrix has no quad to bind.
  const isEmpty = [rows, columns, inner].some((size) => capacityOf(size) === 0);
  if (family === "subgroup" && !isEmpty) {
    return isFewRows(layout, rows) ? [rowsLaunch(product, device)] : subgroupLaunches(product, outputs.packed, device);
  }
  const { kernel, constants, tile } = family === "tiled" ? tiled(sizes) : REGISTER;
  return [
    {
      kernel,
      variant: { constants, conditions: { ...conditions, ...layoutConditions(layout) } },
      bindings,
      parameters: { rows, columns, inner, accumulate },
      workgroups: [ceilDivide(columns, tile.columns), ceilDivide(rows, tile.rows), 1],
    },
  ];
}

function layoutConditions(layout: Layout): Record<Layout, boolean> {
  return { NN: layout === "NN", NT: layout === "NT", TN: layout === "TN" };
}

function familyOf(device: DeviceTraits): MatmulFamily {
  if (!device.software) return "tiled";
  return device.subgroups ? "subgroup" : "register";
}

interface Variant {
  readonly kernel: string;
  readonly constants: Readonly<Record<string, number>>;
  readonly tile: { readonly rows: number; readonly columns: number };
}

const REGISTER: Variant = { kernel: "matmul/register", constants: {}, tile: { rows: 8, columns: 32 } };

function tiled({ rows, columns }: MatmulSizes): Variant {
  const tile = capacityOf(rows) * capacityOf(columns) >= 64 * 64 * 64 ? 64 : 32;
  return { kernel: "matmul/tiled", constants: { TILE: tile, STEP: 16 }, tile: { rows: tile, columns: tile } };
}

/** What the kernels of the subgroup family are told. */
interface Product {
  readonly sizes: MatmulSizes;
  readonly layout: Layout;
  readonly bindings: Readonly<Record<"a" | "b" | "bias" | "residual" | "y", Tensor>>;
  readonly conditions: Readonly<Record<"BIAS" | "RESIDUAL" | "ACCUMULATE", boolean>>;
  readonly accumulate: Scalar;
}

/** Fewer rows do not repay the packing of b. */
const ROWS_WORTH_PACKING = 48;

function isFewRows(layout: Layout, rows: Scalar): boolean {
  return layout === "NT" && capacityOf(rows) < ROWS_WORTH_PACKING;
}

/** Whether the subgroup family needs b packed: it reads b [K, N] in quads along N. */
function needsPacking(layout: Layout, { rows, columns }: MatmulSizes): boolean {
  return (layout === "NT" && !isFewRows(layout, rows)) || (layout !== "NT" && capacityOf(columns) % 4 !== 0);
}

/** [K, columns in whole quads]. */
export function packedShape(inputs: MatmulInputs, layout: Layout): Scalar[] {
  const { columns, inner } = sizesOf(inputs, layout);
  return [inner, Math.ceil(capacityOf(columns) / 4) * 4];
}

function rowsLaunch({ sizes, bindings, conditions, accumulate }: Product, { lanes }: DeviceTraits): Dispatch {
  const { rows, columns, inner } = sizes;
  const tileRows = capacityOf(rows) > 4 ? 8 : 4;
  return {
    kernel: "matmul/rows",
    variant: { constants: { TILE_ROWS: tileRows }, conditions: { ...conditions, ALIGNED: isWhole(inner) } },
    bindings,
    parameters: { rows, columns, inner, accumulate },
    workgroups: [ceilDivide(columns, 4 * lanes), ceilDivide(rows, tileRows), 1],
  };
}

function subgroupLaunches({ sizes, layout, bindings, conditions, accumulate }: Product, packed: Tensor, device: DeviceTraits): Dispatch[] {
  const { rows, columns, inner } = sizes;
  const isPacked = needsPacking(layout, sizes);
  const quads = quadsPerLane(capacityOf(columns), device);
  const strides = layout === "TN" ? { row_stride: 1, inner_stride: rows } : { row_stride: inner, inner_stride: 1 };
  const multiply: Dispatch = {
    kernel: "matmul/subgroup",
    variant: { constants: { QUADS: quads }, conditions: { ...conditions, WIDE: isWhole(columns) } },
    bindings: { ...bindings, b: isPacked ? packed : bindings.b },
    parameters: { rows, columns, inner, ...strides, accumulate },
    workgroups: [ceilDivide(columns, 4 * quads * device.lanes), ceilDivide(rows, 16), 1],
  };
  if (!isPacked) return [multiply];
  const isTransposed = layout === "NT";
  const pack: Dispatch = {
    kernel: "matmul/pack",
    variant: { conditions: { NT: isTransposed, ALIGNED: isTransposed && isWhole(inner) } },
    bindings: { b: bindings.b, packed },
    parameters: { columns, inner },
    workgroups: [ceilDivide(columns, 4 * device.lanes), isTransposed ? ceilDivide(inner, 32) : inner, 1],
  };
  return [pack, multiply];
}

/** As many as keep the columns past the edge, which are computed in vain, under a sixth; one where y is stored a value at a time. */
function quadsPerLane(columns: number, { lanes }: DeviceTraits): number {
  if (columns % 4 !== 0) return 1;
  const widest = [4, 2].find((quads) => {
    const width = 4 * quads * lanes;
    return Math.ceil(columns / width) * width * 6 <= columns * 7;
  });
  return widest ?? 1;
}

function isWhole(length: Scalar): boolean {
  return typeof length === "number" && length % 4 === 0;
}
