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
  readonly operands: Readonly<Record<"a" | "b", Tensor>>;
  readonly epilogue: Epilogue;
  /** The condition of kernels that read b as 16-bit floats, where it is stored so. */
  readonly ofHalf: { readonly HALF_B?: true };
  /** Into how many parts the tiled family cuts K. */
  readonly splits: number;
  readonly scratch: Readonly<Record<"packed" | "partials", Tensor>>;
}

/** What lib/epilogue.wgsl binds, and which of its terms it adds. */
export interface Epilogue {
  readonly bindings: Readonly<Record<"bias" | "residual" | "y", Tensor> & Partial<Record<"x" | "activated", Tensor>>>;
  readonly conditions: Readonly<Record<"WIDE_Y" | "GELU" | "BACKWARD", boolean>>;
  readonly terms: Scalar;
}

/** The bits of `terms` in lib/epilogue.wgsl. */
const TERMS = { bias: 1, residual: 2, accumulate: 4 } as const;

export function epilogueOf({ inputs, outputs: { y, activated }, attributes }: MatmulCall): Epilogue {
  const { b, bias, residual, x } = inputs;
  const { layout, activation, accumulate } = attributes;
  const BACKWARD = activation === "gelu backward";
  const fixed = (bias ? TERMS.bias : 0) + (residual ? TERMS.residual : 0);
  return {
    // A kernel's bindings are fixed. What it does not read is bound to b.
    bindings: { bias: bias ?? b, residual: residual ?? b, y, ...(BACKWARD ? { x: x! } : activation && { activated }) },
    conditions: { WIDE_Y: isWhole(sizesOf(inputs, layout).columns), GELU: activation !== undefined, BACKWARD },
    terms: derive("terms", [accumulate], (adds) => fixed + (adds === 1 ? TERMS.accumulate : 0)),
  };
}

/** An empty matrix has no quad to bind. */
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
