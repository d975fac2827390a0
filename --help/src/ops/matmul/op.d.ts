import { type Tensor } from "../../graph/tensor.js";
import type { GradientSink } from "../../graph/trace.js";
import { type Op } from "../define.js";
import { type Layout, type MatmulAttributes, type MatmulFamily, type MatmulInputs, type MatmulOutputs } from "./problem.js";
export type { Layout, MatmulFamily } from "./problem.js";
/** y [M, N] = op(a) op(b) + bias [N] + residual [M, N], a fresh tensor or added onto one in place. The layout says what op transposes. */
export declare const matmulOp: Op<MatmulInputs, MatmulOutputs, MatmulAttributes>;
export interface MatmulOptions {
    readonly layout: Layout;
    readonly bias?: Tensor | undefined;
    readonly residual?: Tensor | undefined;
    /** The gradient of a parameter, which the product is added onto in place. */
    readonly sink?: GradientSink | undefined;
    /** The family of kernels to take instead of the one that suits the adapter. */
    readonly family?: MatmulFamily | undefined;
    /** The tile that the tiled family takes instead of the one that suits the shape: a name in TILES. */
    readonly tile?: string | undefined;
}
/** A matrix that may have a copy in 16-bit floats, two to a word and without gaps. Products read the copy in its place. */
export interface Weight {
    readonly tensor: Tensor;
    readonly half?: Tensor | undefined;
}
/** y = op(a) op(b) + bias + residual. a, b, y: see Layout. The number of rows (K in TN) may be dynamic, all else is static. */
export declare function matmul(a: Tensor, b: Tensor | Weight, options: MatmulOptions): Tensor;
