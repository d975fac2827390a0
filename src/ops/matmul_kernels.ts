import type { SubgroupMatrix } from "../gpu/subgroup_matrix.ts";
import { capacityOf, ceilDivide, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { DeviceTraits, Dispatch } from "../graph/trace.ts";
import type { Call } from "./define.ts";
import { withActivation } from "./matmul_activation.ts";
import {
  isWhole,
  layoutConditions,
  matrixLaunches,
  type Product,
  rowLaunches,
  splitsFor,
  tiledLaunches,
  tilesFor,
  wideConditions,
} from "./matmul_tiled.ts";

/** NN: a [M, K] b [K, N].  NT: a [M, K] b [N, K], as linear layers keep their weights.  TN: a [K, M] b [K, N], weight gradients. */
export type Layout = "NN" | "NT" | "TN";

/**
 * Which kernels: `subgroup` and `register` for software adapters, with and without subgroups; `tiled` for GPUs; `row` for a few rows
 * of a GPU's NT, only where it is asked for, since its sums have an order of their own.
 */
export type MatmulFamily = "subgroup" | "register" | "tiled" | "row";

export type MatmulInputs = {
  a: Tensor;
  b: Tensor;
  bias?: Tensor | undefined;
  residual?: Tensor | undefined;
  onto?: Tensor | undefined;
  /** What `gelu backward` takes the slope at. */
  x?: Tensor | undefined;
  /** b as 16-bit floats, two a word: read in its place. */
  half?: Tensor | undefined;
};

/** gelu: `activated` = gelu(y) beside y.  gelu backward: y is multiplied by gelu'(x). */
export type Activation = "gelu" | "gelu backward";

export interface MatmulAttributes {
  readonly layout: Layout;
  readonly accumulate: Scalar;
  readonly family?: MatmulFamily | undefined;
  /** Of the tiled family, a name in TILES. */
  readonly tile?: string | undefined;
  readonly activation?: Activation | undefined;
}

/**
 * `packed` is memory for b in the order that the subgroup family reads, `partials` for the parts of the tiled family's sum; a family
 * that binds one not leaves it without memory, as is `activated` without an activation.
 */
export type MatmulOutputs = "y" | "packed" | "partials" | "activated";

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

/** A way to compute a product: a family of kernels, and which of the tiled family's tiles. */
export interface Way {
  readonly family: MatmulFamily;
  readonly tile?: string | undefined;
  /** Instead of a tile: matrix instructions. */
  readonly matrix?: SubgroupMatrix;
}

/** The kernels of one product on a device: those that were asked for, else the first that are right there, else the plain ones. */
export function matmulLaunches(call: MatmulCall, device: DeviceTraits): readonly Dispatch[] {
  const { family, tile } = call.attributes;
  const product = productOf(call);
  if (isEmpty(product.sizes)) return withActivation(call, registerLaunches(product));
  const question = questionOf(call, device);
  const chosen = question.ways[device.tuning.choice(question.key) ?? ""];
  return withActivation(call, launchesBy(product, chosen ?? (family ? { family, tile } : { family: "register" }), device));
}

/** The ways that are worth trying on a device, by name, the best guess first, and under which key their choice is remembered. */
export interface Question {
  readonly key: string;
  readonly ways: Readonly<Record<string, Way>>;
}

/** Without ways there is nothing to ask: the plain kernels serve, or those that the caller named. */
export function questionOf(call: MatmulCall, device: DeviceTraits): Question {
  const { family, tile } = call.attributes;
  const product = productOf(call);
  const asked = family ?? familyOf(device);
  const isTiled = asked === "tiled" && tile === undefined && (family === undefined || device.tuning.measures);
  if (isEmpty(product.sizes) || (!isTiled && (family || asked === "register"))) return { key: "", ways: {} };
  if (isTiled) {
    const special = [call.attributes.activation, ...Object.keys(product.ofHalf)].filter((word) => word !== undefined);
    return { key: [classOf(product), ...special].join(" "), ways: tiledWays(product, device) };
  }
  const launches = withActivation(call, launchesBy(product, { family: asked }, device));
  return { key: variantsOf(launches), ways: { [asked]: { family: asked } } };
}

/** Matrix instructions are there only for who asked for them, so they come first; they do not read 16-bit weights. */
function tiledWays({ sizes, ofHalf }: Product, device: DeviceTraits): Readonly<Record<string, Way>> {
  const matrices = (ofHalf.HALF_B ? [] : device.subgroupMatrices).map((matrix) => [
    `${matrix.component} matrices of ${matrix.size}`,
    { family: "tiled", matrix },
  ]);
  const tiles = tilesFor(sizes, device).map((tile) => [`tiled ${tile}`, { family: "tiled", tile }]);
  return Object.fromEntries([...matrices, ...tiles]) as Record<string, Way>;
}

/** Products that are alike: sizes to the nearest power of two, what can be loaded in quads, and into how many parts K is cut. */
function classOf({ sizes: { rows, columns, inner }, layout, splits }: Product): string {
  const powers = [rows, columns, inner].map((size) => Math.round(Math.log2(capacityOf(size))));
  const wide = Object.values(wideConditions(layout, { rows, columns, inner })).map(Number);
  return `matmul ${layout} 2^${powers.join(" 2^")}, wide ${wide.join("")}, parts ${splits}`;
}

/** Which variants of which kernels: two products with the same answer are right or wrong together. */
export function variantsOf(dispatches: readonly Dispatch[]): string {
  return dispatches.map(({ kernel, variant }) => `${kernel} ${settings(variant?.constants)} ${settings(variant?.conditions)}`).join("; ");
}

function settings(values: Readonly<Record<string, number | boolean>> = {}): string {
  const set = Object.entries(values).filter(([, value]) => value !== false);
  return set.map(([name, value]) => (value === true ? name : `${name}=${value}`)).join(" ");
}

export type MatmulCall = Call<MatmulInputs, MatmulOutputs, MatmulAttributes>;

export function productOf({ inputs, outputs, attributes }: MatmulCall): Product {
  const { a, b, bias, residual, onto, half } = inputs;
  const { layout, accumulate } = attributes;
  const sizes = sizesOf(inputs, layout);
  return {
    sizes,
    layout,
    // A kernel's bindings are fixed; what it does not read is bound to b.
    bindings: { a, b: half ?? b, bias: bias ?? b, residual: residual ?? b, y: outputs.y },
    conditions: { BIAS: bias !== undefined, RESIDUAL: residual !== undefined, ACCUMULATE: onto !== undefined && accumulate !== 0 },
    accumulate,
    ofHalf: half ? { HALF_B: true } : {},
    splits: splitsFor(layout, sizes),
    scratch: { packed: outputs.packed, partials: outputs.partials },
  };
}

/** An empty matrix has no quad to bind. */
function isEmpty({ rows, columns, inner }: MatmulSizes): boolean {
  return [rows, columns, inner].some((size) => capacityOf(size) === 0);
}

function familyOf(device: DeviceTraits): MatmulFamily {
  if (!device.software) return "tiled";
  return device.subgroups ? "subgroup" : "register";
}

/** A product computed one way. */
export function launchesBy(product: Product, { family, tile, matrix }: Way, device: DeviceTraits): readonly Dispatch[] {
  const { sizes, layout } = product;
  switch (family) {
    case "subgroup":
      return isFewRows(layout, sizes.rows) ? [rowsLaunch(product, device)] : subgroupLaunches(product, device);
    case "tiled":
      if (matrix) return matrixLaunches(product, matrix);
      return tiledLaunches(product, tile ?? tilesFor(sizes, device)[0]!);
    case "row":
      return rowLaunches(product);
    case "register":
      return registerLaunches(product);
  }
}

export function registerLaunches({ sizes, layout, bindings, conditions, accumulate, ofHalf }: Product): readonly Dispatch[] {
  const { rows, columns, inner } = sizes;
  return [
    {
      kernel: "matmul/register",
      variant: { conditions: { ...conditions, ...layoutConditions(layout), ...ofHalf } },
      bindings,
      parameters: { rows, columns, inner, accumulate },
      workgroups: [ceilDivide(columns, 32), ceilDivide(rows, 8), 1],
    },
  ];
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

/** [parts of K, M, N]. */
export function partialsShape(inputs: MatmulInputs, layout: Layout): Scalar[] {
  const sizes = sizesOf(inputs, layout);
  return [splitsFor(layout, sizes), sizes.rows, sizes.columns];
}

/** [K, columns in whole quads]. */
export function packedShape(inputs: MatmulInputs, layout: Layout): Scalar[] {
  const { columns, inner } = sizesOf(inputs, layout);
  return [inner, Math.ceil(capacityOf(columns) / 4) * 4];
}

function rowsLaunch({ sizes, bindings, conditions, accumulate, ofHalf }: Product, { lanes }: DeviceTraits): Dispatch {
  const { rows, columns, inner } = sizes;
  const tileRows = capacityOf(rows) > 4 ? 8 : 4;
  return {
    kernel: "matmul/rows",
    variant: { constants: { TILE_ROWS: tileRows }, conditions: { ...conditions, ALIGNED: isWhole(inner), ...ofHalf } },
    bindings,
    parameters: { rows, columns, inner, accumulate },
    workgroups: [ceilDivide(columns, 4 * lanes), ceilDivide(rows, tileRows), 1],
  };
}

function subgroupLaunches(product: Product, device: DeviceTraits): Dispatch[] {
  const { sizes, layout, bindings, conditions, accumulate, scratch, ofHalf } = product;
  const { packed } = scratch;
  const { rows, columns, inner } = sizes;
  const isPacked = needsPacking(layout, sizes);
  const quads = quadsPerLane(capacityOf(columns), device);
  const strides = layout === "TN" ? { row_stride: 1, inner_stride: rows } : { row_stride: inner, inner_stride: 1 };
  const multiply: Dispatch = {
    kernel: "matmul/subgroup",
    variant: { constants: { QUADS: quads }, conditions: { ...conditions, WIDE: isWhole(columns), ...(isPacked ? {} : ofHalf) } },
    bindings: { ...bindings, b: isPacked ? packed : bindings.b },
    parameters: { rows, columns, inner, ...strides, accumulate },
    workgroups: [ceilDivide(columns, 4 * quads * device.lanes), ceilDivide(rows, 16), 1],
  };
  if (!isPacked) return [multiply];
  const isTransposed = layout === "NT";
  const pack: Dispatch = {
    kernel: "matmul/pack",
    variant: { conditions: { NT: isTransposed, ALIGNED: isTransposed && isWhole(inner), ...ofHalf } },
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
