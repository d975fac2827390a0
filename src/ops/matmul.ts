import { capacityOf, ceilDivide, type Scalar } from "../graph/scalar.ts";
import { elementsAtCapacity, type Storage, type Tensor } from "../graph/tensor.ts";
import { currentTrace, type DeviceTraits, type Dispatch, type GradientSink } from "../graph/trace.ts";
import { columnSum } from "./column_sum.ts";
import { defineOp, type Op, shapeError } from "./define.ts";

/** NN: a [M, K] b [K, N].  NT: a [M, K] b [N, K], as linear layers keep their weights.  TN: a [K, M] b [K, N], weight gradients. */
export type Layout = "NN" | "NT" | "TN";

/** Which kernels: `subgroup` and `register` for software adapters, with and without subgroups; `tiled` for GPUs. */
export type MatmulFamily = "subgroup" | "register" | "tiled";

type In = { a: Tensor; b: Tensor; bias?: Tensor | undefined; residual?: Tensor | undefined; onto?: Tensor | undefined };
type Attributes = { readonly layout: Layout; readonly accumulate: Scalar; readonly family?: MatmulFamily | undefined };

interface Sizes {
  readonly rows: Scalar;
  readonly columns: Scalar;
  readonly inner: Scalar;
}

function sizesOf({ a, b }: Pick<In, "a" | "b">, layout: Layout): Sizes & { readonly innerOfB: Scalar } {
  const [rows, inner] = layout === "TN" ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const [columns, innerOfB] = layout === "NT" ? [b.shape[0]!, b.shape[1]!] : [b.shape[1]!, b.shape[0]!];
  return { rows, columns, inner, innerOfB };
}

/** y [M, N] = op(a) op(b) + bias [N] + residual [M, N], or added onto a tensor in place. */
export const matmulOp: Op<In, "y", Attributes> = defineOp<In, "y", Attributes>({
  name: "matmul",
  shape: (inputs, { layout }) => {
    const { a, b, bias, residual, onto } = inputs;
    if (a.shape.length !== 2 || b.shape.length !== 2) throw shapeError(`matmul ${layout}`, inputs, "two matrices");
    const { rows, columns, inner, innerOfB } = sizesOf(inputs, layout);
    if (capacityOf(inner) !== capacityOf(innerOfB)) throw shapeError(`matmul ${layout}`, inputs, "matrices that share their inner size K");
    if (bias && bias.size(0) !== columns) throw shapeError(`matmul ${layout}`, inputs, "a bias as long as y has columns");
    for (const [name, tensor] of Object.entries({ residual, onto })) {
      const fits = !tensor || elementsAtCapacity(tensor.shape) === capacityOf(rows) * capacityOf(columns);
      if (!fits) throw shapeError(`matmul ${layout}`, inputs, `${name === "onto" ? "a sink" : "a residual"} of y's shape`);
    }
    return { y: onto ? { inPlaceOf: onto } : { shape: [rows, columns] } };
  },
  forward: ({ inputs, outputs: { y }, attributes }, device) => [dispatch(inputs, y, attributes, device)],
  backward: ({ inputs: { a, b, bias, residual }, attributes: { layout, family } }, { gradient, needs, sink }) => {
    const grad = gradient("y")!;
    if (layout === "TN") throw new Error("matmul TN is a backward pass itself; it cannot be differentiated");
    const onto = { layout: "TN", sink: sink("b"), family } as const;
    return {
      a: needs("a") ? matmul(grad, b, { layout: layout === "NT" ? "NN" : "NT", family }) : undefined,
      b: needs("b") ? (layout === "NT" ? matmul(grad, a, onto) : matmul(a, grad, onto)) : undefined,
      bias: bias && needs("bias") ? columnSum(grad, sink("bias")) : undefined,
      residual: residual && grad,
    };
  },
});

function dispatch(inputs: In, y: Tensor, attributes: Attributes, device: DeviceTraits): Dispatch {
  const { a, b, bias, residual, onto } = inputs;
  const { layout, accumulate } = attributes;
  const { rows, columns, inner } = sizesOf(inputs, layout);
  const family = attributes.family ?? familyOf(device);
  const conditions = {
    NN: layout === "NN",
    NT: layout === "NT",
    TN: layout === "TN",
    BIAS: bias !== undefined,
    RESIDUAL: residual !== undefined,
    ACCUMULATE: onto !== undefined,
  };
  const { variant, tile } = variantOf(family, { rows, columns, inner }, layout, device);
  return {
    kernel: `matmul/${family}`,
    variant: { constants: variant.constants, conditions: { ...conditions, ...variant.conditions } },
    // A kernel's bindings are fixed; what it does not read is bound to b.
    bindings: { a, b, bias: bias ?? b, residual: residual ?? b, y },
    parameters: { rows, columns, inner, accumulate },
    workgroups: [ceilDivide(columns, tile.columns), ceilDivide(rows, tile.rows), 1],
  };
}

function familyOf(device: DeviceTraits): MatmulFamily {
  if (!device.software) return "tiled";
  return device.subgroups ? "subgroup" : "register";
}

interface Variant {
  readonly variant: { readonly constants: Record<string, number>; readonly conditions: Record<string, boolean> };
  readonly tile: { readonly rows: number; readonly columns: number };
}

function variantOf(family: MatmulFamily, { rows, columns, inner }: Sizes, layout: Layout, { lanes }: DeviceTraits): Variant {
  if (family === "register") return { variant: { constants: {}, conditions: {} }, tile: { rows: 8, columns: 32 } };
  if (family === "tiled") {
    const tile = capacityOf(rows) * capacityOf(columns) >= 64 * 64 * 64 ? 64 : 32;
    return { variant: { constants: { TILE: tile, STEP: 16 }, conditions: {} }, tile: { rows: tile, columns: tile } };
  }
  // The rows of a and b in memory: K or M long, and N or K long.
  const lengths = layout === "TN" ? [rows, columns] : layout === "NT" ? [inner, inner] : [inner, columns];
  const isWhole = (length: Scalar): boolean => typeof length === "number" && length % 4 === 0;
  // An empty matrix has no quad to bind.
  const isEmpty = [rows, columns, inner].some((size) => capacityOf(size) === 0);
  const conditions = { ALIGNED: !isEmpty && lengths.every(isWhole), WIDE: !isEmpty && isWhole(columns) };
  // Taller tiles are faster and compile longer: half as long without the guards of odd lengths.
  const tallest = conditions.ALIGNED ? 16 : 8;
  const tileRows = Math.min(tallest, capacityOf(rows) > 8 ? 16 : capacityOf(rows) > 4 ? 8 : 4);
  return {
    variant: { constants: { TILE_ROWS: tileRows }, conditions },
    tile: { rows: tileRows, columns: 4 * lanes },
  };
}

export interface MatmulOptions {
  readonly layout: Layout;
  readonly bias?: Tensor | undefined;
  readonly residual?: Tensor | undefined;
  /** Where the product is added in place: the gradient of a parameter. */
  readonly sink?: GradientSink | undefined;
  /** Instead of the family that suits the adapter. */
  readonly family?: MatmulFamily | undefined;
}

type Product = { readonly a: Tensor; readonly b: Tensor; readonly options: MatmulOptions };

/** Products whose `add` can still move into their epilogue. */
const plainProducts = new WeakMap<Tensor, Product>();

/** y = op(a) op(b) + bias + residual. a, b, y: see Layout. The number of rows (K in TN) may be dynamic, all else is static. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions): Tensor {
  const { layout, bias, residual, sink, family } = options;
  const { y } = matmulOp({ a, b, bias, residual, onto: sink?.onto }, { layout, accumulate: sink?.accumulate ?? 0, family });
  if (!residual && !sink) plainProducts.set(y, { a, b, options });
  return y;
}

/**
 * `product + other` as one kernel, where `product` is the result of a matmul without a residual in the current trace; undefined
 * where it is not. The matmul is traced anew with `other` as its residual, and the plan drops the first one if nobody else reads
 * it: if somebody does, the product is computed twice.
 */
export function addToProduct(product: Tensor, other: Tensor): Tensor | undefined {
  const call = plainProducts.get(product);
  if (!call || !isStillComputable(product, call)) return undefined;
  return matmul(call.a, call.b, { ...call.options, residual: other });
}

/** Whether the matmul belongs to the current trace and nothing has written to its memory since. */
function isStillComputable(product: Tensor, { a, b, options }: Product): boolean {
  const memory = new Set<Storage | undefined>([product, a, b, options.bias].map((tensor) => tensor?.storage));
  for (const node of [...currentTrace().nodes].reverse()) {
    const outputs = Object.values(node.outputs);
    if (outputs.includes(product)) return true;
    if (outputs.some((output) => memory.has(output.storage))) return false;
  }
  return false;
}
