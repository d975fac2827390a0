import { capacityOf, derive, type Scalar } from "../../graph/scalar.ts";
import { isHalf, type Tensor } from "../../graph/tensor.ts";
import type { GradientSink } from "../../graph/trace.ts";
import type { Call } from "../define.ts";
import { wholeQuads } from "../elements.ts";

/** NN: a [M, K] b [K, N].  NT: a [M, K] b [N, K], as linear layers keep their weights.  TN: a [K, M] b [K, N], weight gradients. */
export type Layout = "NN" | "NT" | "TN";

/**
 * A family of kernels. `subgroup` and `register` are for software adapters, with and without subgroups; `tiled` is for GPUs, and so
 * is `sliced`, for products NT of few rows.
 */
export type MatmulFamily = "subgroup" | "register" | "tiled" | "sliced";

export type MatmulInputs = {
  a: Tensor;
  b: Tensor;
  bias?: Tensor | undefined;
  residual?: Tensor | undefined;
  onto?: Tensor | undefined;
  /** The input of the activation whose backward pass the epilogue does. */
  x?: Tensor | undefined;
  /** b as 16-bit floats, two to a word. Kernels read it in the place of b. */
  half?: Tensor | undefined;
  /** The gradient of a bias that `grad_bias` is added onto in place. */
  grad_bias_onto?: Tensor | undefined;
};

/**
 * What the epilogue makes of the product (lib/epilogue.wgsl). gelu and swiglu: y, or `activated` beside the product. gelu backward: y is
 * multiplied by gelu'(x). "gelu erf" is gelu in its exact form. swiglu backward: y is the gradient of x [M, 2N].
 */
export type Activation = "gelu" | "gelu backward" | "gelu erf" | "gelu erf backward" | "swiglu" | "swiglu backward";

export interface MatmulAttributes {
  readonly layout: Layout;
  readonly accumulate: Scalar;
  readonly family?: MatmulFamily | undefined;
  /** A name in TILES, for the tiled family. */
  readonly tile?: string | undefined;
  readonly activation?: Activation | undefined;
  /** Whether the product itself is stored too: as y, with what gelu or swiglu makes of it as `activated`. */
  readonly keepsProduct?: boolean | undefined;
  /** See MatmulOptions. */
  readonly valid?: number | undefined;
  readonly gradBias?: GradBias | undefined;
}

/**
 * The gradient of a bias, which the product TN that makes the gradient of its weight computes beside it: the sum along K of the operand
 * that is the gradient of the layer's output. `accumulate` 1 adds it onto `grad_bias_onto`.
 */
export interface GradBias {
  readonly of: "a" | "b";
  readonly accumulate: Scalar;
}

/**
 * `packed` is memory for b in the order that the subgroup family reads, `partials` and `bias_partials` for the parts of the tiled family's
 * sums. An output that no kernel of the chosen family binds gets no memory; `activated` gets none where no product is kept beside it.
 */
export type MatmulOutputs = "y" | "packed" | "partials" | "activated" | "grad_bias" | "bias_partials";

export type MatmulCall = Call<MatmulInputs, MatmulOutputs, MatmulAttributes>;

/** M, N and K. */
export interface MatmulSizes<Size extends Scalar = Scalar> {
  readonly rows: Size;
  readonly columns: Size;
  readonly inner: Size;
}

type Called = Pick<MatmulAttributes, "layout" | "valid">;

export function sizesOf({ a, b }: Pick<MatmulInputs, "a" | "b">, { layout, valid }: Called): MatmulSizes & { readonly innerOfB: Scalar } {
  const columnsOfA = layout === "NT" ? a.shape[1]! : (valid ?? a.shape[1]!);
  const [rows, inner] = layout === "TN" ? [columnsOfA, a.shape[0]!] : [a.shape[0]!, columnsOfA];
  const [columns, innerOfB] = layout === "NT" ? [b.shape[0]!, b.shape[1]!] : [b.shape[1]!, b.shape[0]!];
  return { rows, columns, inner, innerOfB };
}

/** How far rows of a and of y lie apart. */
export interface Strides {
  readonly stride_of_a: Scalar;
  readonly stride_of_y: Scalar;
}

export function stridesOf(inputs: Pick<MatmulInputs, "a" | "b">, called: Called): Strides {
  const { columns } = sizesOf(inputs, called);
  const isPadded = called.layout === "NT" && called.valid !== undefined;
  return { stride_of_a: inputs.a.shape[1]!, stride_of_y: isPadded ? wholeQuads(columns) : columns };
}

/** What a product is asked for beside its operands. */
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
  /**
   * The columns that count of a matrix whose rows are padded to whole quads: y in NT, else a. Padded rows move as quads. What pads y becomes
   * zero; what pads a must be zero in NN.
   */
  readonly valid?: number | undefined;
}

type Condition = "WIDE_Y" | ActivationCondition | "KEPT" | "HALF_B" | "BF16" | "PAIRED" | "SUM_A" | "SUM_B";
type ActivationCondition = "GELU" | "GELU_BACKWARD" | "ERF" | "SWIGLU" | "SWIGLU_BACKWARD";

/** One product, as the families see it. */
export interface Problem {
  readonly sizes: MatmulSizes;
  readonly strides: Strides;
  readonly isPadded: boolean;
  readonly layout: Layout;
  /** The operands, and what lib/epilogue.wgsl binds. */
  readonly bindings: Readonly<
    Record<"a" | "b" | "bias" | "residual" | "y", Tensor> & Partial<Record<"x" | "activated" | "grad_bias", Tensor>>
  >;
  /**
   * Conditions of the epilogue; HALF_B is for kernels that read b as 16-bit floats, which are bfloat16 with BF16, and PAIRED for those that
   * read its columns in the order of lib/swiglu.wgsl. SUM_A and SUM_B ask for the gradient of a bias (lib/bias_gradient.wgsl).
   */
  readonly conditions: Readonly<Record<Condition, boolean>>;
  /** The terms that the epilogue adds in a run, and all those that a run may add. */
  readonly terms: Scalar;
  readonly possibleTerms: number;
  /** Where the epilogue adds and applies nothing: whether y and grad_bias go onto what was there, as scalars that are 0 or 1. */
  readonly plain: Readonly<Record<"y" | "grad_bias", Scalar>> | undefined;
  /** Into how many parts the tiled family cuts K. */
  readonly splits: number;
  readonly scratch: Readonly<Record<"packed" | "partials" | "bias_partials", Tensor>>;
}

/** The bits of `terms` in lib/epilogue.wgsl and lib/bias_gradient.wgsl. */
const TERMS = { bias: 1, residual: 2, accumulate: 4, accumulateBias: 8 } as const;

export function problemOf({ inputs, outputs, attributes }: MatmulCall): Problem {
  const { a, b, bias, residual, onto, x, half, grad_bias_onto } = inputs;
  const { y, packed, partials, activated, grad_bias, bias_partials } = outputs;
  const { layout, activation, keepsProduct = false, accumulate, gradBias } = attributes;
  const sizes = sizesOf(inputs, attributes);
  const strides = stridesOf(inputs, attributes);
  const beside = x ? { x } : keepsProduct ? { activated } : gradBias && { grad_bias };
  const read = half ?? b;
  const fixed = (bias ? TERMS.bias : 0) + (residual ? TERMS.residual : 0);
  return {
    sizes,
    strides,
    isPadded: attributes.valid !== undefined && attributes.valid % 4 !== 0,
    layout,
    // A kernel's bindings are fixed, so b stands in for what the kernel does not read.
    bindings: { a, b: read, bias: bias ?? b, residual: residual ?? b, y, ...beside },
    conditions: {
      WIDE_Y: isWhole(strides.stride_of_y) && !isEmpty(sizes),
      GELU: activation === "gelu" || activation === "gelu erf",
      GELU_BACKWARD: activation === "gelu backward" || activation === "gelu erf backward",
      ERF: activation === "gelu erf" || activation === "gelu erf backward",
      SWIGLU: activation === "swiglu",
      SWIGLU_BACKWARD: activation === "swiglu backward",
      KEPT: keepsProduct,
      HALF_B: half !== undefined || isHalf(b.dtype),
      BF16: read.dtype === "bf16",
      PAIRED: activation === "swiglu",
      SUM_A: gradBias?.of === "a",
      SUM_B: gradBias?.of === "b",
    },
    possibleTerms: fixed + accumulated(onto && accumulate !== 0, grad_bias_onto && gradBias?.accumulate !== 0),
    terms: derive("terms", [accumulate, gradBias?.accumulate ?? 0], (y, bias) => fixed + accumulated(y === 1, bias === 1)),
    plain: fixed > 0 || activation ? undefined : { y: accumulate, grad_bias: gradBias?.accumulate ?? 0 },
    splits: splitsFor(layout, sizes),
    scratch: { packed, partials, bias_partials },
  };
}

function accumulated(y: boolean | undefined, bias: boolean | undefined): number {
  return (y ? TERMS.accumulate : 0) + (bias ? TERMS.accumulateBias : 0);
}

/** How many workgroups keep a large GPU busy, and the most parts that they may be gained by. */
const ENOUGH_WORKGROUPS = 256;
const MOST_PARTS = 32;
/** The shortest part of K that repays writing and reading a partial sum. Those of weight gradients are small beside their K. */
const SHORTEST_PART = { NN: 1024, NT: 1024, TN: 256 } as const;
/** The most bytes of partial sums. */
const MOST_BYTES = 32 << 20;

/**
 * A product with few tiles and a long K, such as a weight gradient or the gradient of the head's input, would leave most of a GPU idle. Its
 * K is cut into parts, by a rule that knows the shape alone, so that neither the tile nor the adapter's speed changes the order of the sum.
 */
export function splitsFor(layout: Layout, { rows, columns, inner }: MatmulSizes): number {
  const [height, width, depth] = [capacityOf(rows), capacityOf(columns), capacityOf(inner)];
  const wanted = Math.ceil(ENOUGH_WORKGROUPS / (Math.ceil(height / 64) * Math.ceil(width / 64)));
  const affordable = Math.floor(MOST_BYTES / (4 * height * width));
  return Math.max(1, Math.min(wanted, MOST_PARTS, affordable, Math.floor(depth / SHORTEST_PART[layout])));
}

/** An empty matrix has no quad to bind, so the plain kernel computes its product, value by value. */
export function isEmpty({ rows, columns, inner }: MatmulSizes): boolean {
  return [rows, columns, inner].some((size) => capacityOf(size) === 0);
}

/** Whether a row of this length is made of whole quads, which are four values each. */
export function isWhole(length: Scalar): boolean {
  return typeof length === "number" && length % 4 === 0;
}

export function layoutConditions(layout: Layout): Record<Layout, boolean> {
  return { NN: layout === "NN", NT: layout === "NT", TN: layout === "TN" };
}

/** Which matrices have rows of whole quads. */
export function wideConditions(
  layout: Layout,
  { columns, inner }: MatmulSizes,
  { stride_of_a, stride_of_y }: Strides,
): Record<"WIDE_A" | "WIDE_B" | "WIDE_Y", boolean> {
  return {
    WIDE_A: isWhole(stride_of_a),
    WIDE_B: isWhole(layout === "NT" ? inner : columns),
    WIDE_Y: isWhole(stride_of_y),
  };
}
