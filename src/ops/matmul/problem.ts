import { capacityOf, derive, type Scalar } from "../../graph/scalar.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Call } from "../define.ts";

/** NN: a [M, K] b [K, N].  NT: a [M, K] b [N, K], as linear layers keep their weights.  TN: a [K, M] b [K, N], weight gradients. */
export type Layout = "NN" | "NT" | "TN";

/**
 * Which kernels: `subgroup` and `register` for software adapters, with and without subgroups; `tiled` for GPUs; `vector` for a few
 * rows of a GPU's NT, only where it is asked for, since its sums have an order of their own.
 */
export type MatmulFamily = "subgroup" | "register" | "tiled" | "vector";

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
 * `packed` is memory for b in the order that the subgroup family reads, `partials` for the parts of the tiled family's sum. An output
 * that no kernel of the chosen family binds gets no memory; nor does `activated` without an activation.
 */
export type MatmulOutputs = "y" | "packed" | "partials" | "activated";

export type MatmulCall = Call<MatmulInputs, MatmulOutputs, MatmulAttributes>;

/** M, N and K. */
export interface MatmulSizes<Size extends Scalar = Scalar> {
  readonly rows: Size;
  readonly columns: Size;
  readonly inner: Size;
}

export function sizesOf({ a, b }: Pick<MatmulInputs, "a" | "b">, layout: Layout): MatmulSizes & { readonly innerOfB: Scalar } {
  const [rows, inner] = layout === "TN" ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [columns, innerOfB] = layout === "NT" ? [b.shape[0]!, b.shape[1]!] : [b.shape[1]!, b.shape[0]!];
  return { rows, columns, inner, innerOfB };
}

/** One product, as the families are told of it. */
export interface Problem {
  readonly sizes: MatmulSizes;
  readonly layout: Layout;
  /** The operands, and what lib/epilogue.wgsl binds. */
  readonly bindings: Readonly<Record<"a" | "b" | "bias" | "residual" | "y", Tensor> & Partial<Record<"x" | "activated", Tensor>>>;
  /** Of the epilogue, and of kernels that read b as 16-bit floats where it is stored so. */
  readonly conditions: Readonly<Record<"WIDE_Y" | "GELU" | "BACKWARD" | "HALF_B", boolean>>;
  /** Which terms the epilogue adds, and which ones it adds in any run. */
  readonly terms: Scalar;
  readonly possibleTerms: number;
  /** Into how many parts the tiled family cuts K. */
  readonly splits: number;
  readonly scratch: Readonly<Record<"packed" | "partials", Tensor>>;
}

/** The bits of `terms` in lib/epilogue.wgsl. */
const TERMS = { bias: 1, residual: 2, accumulate: 4 } as const;

export function problemOf({ inputs, outputs, attributes }: MatmulCall): Problem {
  const { a, b, bias, residual, onto, x, half } = inputs;
  const { y, packed, partials, activated } = outputs;
  const { layout, activation, accumulate } = attributes;
  const sizes = sizesOf(inputs, layout);
  const BACKWARD = activation === "gelu backward";
  const beside = BACKWARD ? { x: x! } : activation && { activated };
  const fixed = (bias ? TERMS.bias : 0) + (residual ? TERMS.residual : 0);
  return {
    sizes,
    layout,
    // A kernel's bindings are fixed. What it does not read is bound to b.
    bindings: { a, b: half ?? b, bias: bias ?? b, residual: residual ?? b, y, ...beside },
    conditions: { WIDE_Y: isWhole(sizes.columns) && !isEmpty(sizes), GELU: activation !== undefined, BACKWARD, HALF_B: half !== undefined },
    possibleTerms: fixed + (onto && accumulate !== 0 ? TERMS.accumulate : 0),
    terms: derive("terms", [accumulate], (adds) => fixed + (adds === 1 ? TERMS.accumulate : 0)),
    splits: splitsFor(layout, sizes),
    scratch: { packed, partials },
  };
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

/** An empty matrix has no quad to bind, so that its product is a matter of the plain kernel and single values. */
export function isEmpty({ rows, columns, inner }: MatmulSizes): boolean {
  return [rows, columns, inner].some((size) => capacityOf(size) === 0);
}

/** Whether rows of a length are made of whole quads. */
export function isWhole(length: Scalar): boolean {
  return typeof length === "number" && length % 4 === 0;
}

export function layoutConditions(layout: Layout): Record<Layout, boolean> {
  return { NN: layout === "NN", NT: layout === "NT", TN: layout === "TN" };
}
