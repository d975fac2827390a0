/// <reference types="@webgpu/types" />
import { type Scalar } from "../../graph/scalar.js";
import type { Tensor } from "../../graph/tensor.js";
import type { Call } from "../define.js";
/** NN: a [M, K] b [K, N].  NT: a [M, K] b [N, K], as linear layers keep their weights.  TN: a [K, M] b [K, N], weight gradients. */
export type Layout = "NN" | "NT" | "TN";
/**
 * A family of kernels. `subgroup` and `register` are for software adapters, with and without subgroups; `tiled` is for GPUs. `vector` is
 * for products NT of few rows on a GPU; only a call that names it gets it, because its sums have an order of their own.
 */
export type MatmulFamily = "subgroup" | "register" | "tiled" | "vector";
export type MatmulInputs = {
    a: Tensor;
    b: Tensor;
    bias?: Tensor | undefined;
    residual?: Tensor | undefined;
    onto?: Tensor | undefined;
    /** Where `gelu backward` takes the slope of GELU. */
    x?: Tensor | undefined;
    /** b as 16-bit floats, two to a word. Kernels read it in the place of b. */
    half?: Tensor | undefined;
};
/** gelu: `activated` = gelu(y) beside y.  gelu backward: y is multiplied by gelu'(x). */
export type Activation = "gelu" | "gelu backward";
export interface MatmulAttributes {
    readonly layout: Layout;
    readonly accumulate: Scalar;
    readonly family?: MatmulFamily | undefined;
    /** A name in TILES, for the tiled family. */
    readonly tile?: string | undefined;
    readonly activation?: Activation | undefined;
}
/**
 * `packed` is memory for b in the order that the subgroup family reads, `partials` for the parts of the tiled family's sum. An output
 * that no kernel of the chosen family binds gets no memory; `activated` gets none without an activation.
 */
export type MatmulOutputs = "y" | "packed" | "partials" | "activated";
export type MatmulCall = Call<MatmulInputs, MatmulOutputs, MatmulAttributes>;
/** M, N and K. */
export interface MatmulSizes<Size extends Scalar = Scalar> {
    readonly rows: Size;
    readonly columns: Size;
    readonly inner: Size;
}
export declare function sizesOf({ a, b }: Pick<MatmulInputs, "a" | "b">, layout: Layout): MatmulSizes & {
    readonly innerOfB: Scalar;
};
/** One product, as the families see it. */
export interface Problem {
    readonly sizes: MatmulSizes;
    readonly layout: Layout;
    /** The operands, and what lib/epilogue.wgsl binds. */
    readonly bindings: Readonly<Record<"a" | "b" | "bias" | "residual" | "y", Tensor> & Partial<Record<"x" | "activated", Tensor>>>;
    /** Conditions of the epilogue; HALF_B is for kernels that read b as 16-bit floats. */
    readonly conditions: Readonly<Record<"WIDE_Y" | "GELU" | "BACKWARD" | "HALF_B", boolean>>;
    /** The terms that the epilogue adds in a run, and all those that a run may add. */
    readonly terms: Scalar;
    readonly possibleTerms: number;
    /** Into how many parts the tiled family cuts K. */
    readonly splits: number;
    readonly scratch: Readonly<Record<"packed" | "partials", Tensor>>;
}
export declare function problemOf({ inputs, outputs, attributes }: MatmulCall): Problem;
/**
 * Weight gradients sum over all rows of a batch into a small matrix, so few tiles have much to do. Their K is cut into parts, by a rule
 * that knows the shape alone, so that neither the tile nor the adapter's speed changes the order of the sum.
 */
export declare function splitsFor(layout: Layout, { rows, columns, inner }: MatmulSizes): number;
/** An empty matrix has no quad to bind, so the plain kernel computes its product, value by value. */
export declare function isEmpty({ rows, columns, inner }: MatmulSizes): boolean;
/** Whether a row of this length is made of whole quads, which are four values each. */
export declare function isWhole(length: Scalar): boolean;
export declare function layoutConditions(layout: Layout): Record<Layout, boolean>;
