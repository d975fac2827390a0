import { capacityOf } from "../graph/scalar.ts";
import { elementsAtCapacity, type Storage, type Tensor } from "../graph/tensor.ts";
import { currentTrace, type GradientSink } from "../graph/trace.ts";
import { columnSum } from "./column_sum.ts";
import { defineOp, type Op, shapeError } from "./define.ts";
import { geluBackwardOp } from "./gelu_backward.ts";
import {
  type Activation,
  type Layout,
  type MatmulAttributes,
  type MatmulFamily,
  type MatmulInputs,
  type MatmulOutputs,
  matmulLaunches,
  packedShape,
  partialsShape,
  sizesOf,
} from "./matmul_kernels.ts";
import { matmulRequests } from "./matmul_trials.ts";

export type { Layout, MatmulFamily } from "./matmul_kernels.ts";

/** y [M, N] = op(a) op(b) + bias [N] + residual [M, N], or added onto a tensor in place. */
export const matmulOp: Op<MatmulInputs, MatmulOutputs, MatmulAttributes> = defineOp<MatmulInputs, MatmulOutputs, MatmulAttributes>({
  name: "matmul",
  shape: (inputs, { layout }) => {
    const { a, b, bias, residual, onto, x, half } = inputs;
    if (a.shape.length !== 2 || b.shape.length !== 2) throw shapeError(`matmul ${layout}`, inputs, "two matrices");
    const { rows, columns, inner, innerOfB } = sizesOf(inputs, layout);
    if (capacityOf(inner) !== capacityOf(innerOfB)) throw shapeError(`matmul ${layout}`, inputs, "matrices that share their inner size K");
    if (bias && bias.size(0) !== columns) throw shapeError(`matmul ${layout}`, inputs, "a bias as long as y has columns");
    for (const [name, tensor] of Object.entries({ residual, onto, x })) {
      const fits = !tensor || elementsAtCapacity(tensor.shape) === capacityOf(rows) * capacityOf(columns);
      if (!fits) throw shapeError(`matmul ${layout}`, inputs, `${NAMES[name]} of y's shape`);
    }
    if (half && 2 * elementsAtCapacity(half.shape) < elementsAtCapacity(b.shape)) {
      throw shapeError(`matmul ${layout}`, inputs, "as many halves as b has elements, two a word");
    }
    return {
      y: onto ? { inPlaceOf: onto } : { shape: [rows, columns] },
      packed: { shape: packedShape(inputs, layout) },
      partials: { shape: partialsShape(inputs, layout) },
      activated: { shape: [rows, columns] },
    };
  },
  forward: matmulLaunches,
  tune: matmulRequests,
  backward: ({ inputs: { a, b, bias, residual }, outputs, attributes: { layout, family, tile } }, { gradient, needs, sink }) => {
    // Nobody but gelu reads the y of a product that has an activation.
    const grad = gradient("y") ?? geluGradient(outputs.y, gradient("activated")!);
    if (layout === "TN") throw new Error("matmul TN is a backward pass itself; it cannot be differentiated");
    const onto = { layout: "TN", sink: sink("b"), family, tile } as const;
    return {
      a: needs("a") ? matmul(grad, b, { layout: layout === "NT" ? "NN" : "NT", family, tile }) : undefined,
      b: needs("b") ? (layout === "NT" ? matmul(grad, a, onto) : matmul(a, grad, onto)) : undefined,
      bias: bias && needs("bias") ? columnSum(grad, sink("bias")) : undefined,
      residual: residual && grad,
    };
  },
});

const NAMES: Readonly<Record<string, string>> = { onto: "a sink", residual: "a residual", x: "an activation's input" };

export interface MatmulOptions {
  readonly layout: Layout;
  readonly bias?: Tensor | undefined;
  readonly residual?: Tensor | undefined;
  /** Where the product is added in place: the gradient of a parameter. */
  readonly sink?: GradientSink | undefined;
  /** Instead of the family that suits the adapter. */
  readonly family?: MatmulFamily | undefined;
  /** Of the tiled family, instead of the tile that suits the shape: a name in TILES. */
  readonly tile?: string | undefined;
}

type Product = { readonly a: Tensor; readonly b: Tensor; readonly options: MatmulOptions };

/** Products whose `add` can still move into their epilogue. */
const plainProducts = new WeakMap<Tensor, Product>();

/** y = op(a) op(b) + bias + residual. a, b, y: see Layout. The number of rows (K in TN) may be dynamic, all else is static. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions): Tensor {
  const { y } = traceProduct(a, b, options);
  if (!options.residual && !options.sink) plainProducts.set(y, { a, b, options });
  return y;
}

function traceProduct(a: Tensor, b: Tensor, options: MatmulOptions, activation?: Activation, x?: Tensor): Record<MatmulOutputs, Tensor> {
  const { layout, bias, residual, sink, family, tile } = options;
  const attributes = { layout, accumulate: sink?.accumulate ?? 0, family, tile, activation };
  return matmulOp({ a, b, bias, residual, onto: sink?.onto, x, half: b.half }, attributes);
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

/** gelu(product) as a second result of the matmul, as `addToProduct`; the first, its input, is kept for the backward pass. */
export function activateProduct(product: Tensor): Tensor | undefined {
  const call = plainProducts.get(product);
  if (!call || !isStillComputable(product, call)) return undefined;
  return traceProduct(call.a, call.b, call.options, "gelu").activated;
}

/** grad_y gelu'(x), as `addToProduct` where grad_y is a product without a bias. */
export function geluGradient(x: Tensor, gradY: Tensor): Tensor {
  const call = plainProducts.get(gradY);
  const isFused = call && !call.options.bias && isStillComputable(gradY, call);
  return isFused ? traceProduct(call.a, call.b, call.options, "gelu backward", x).y : geluBackwardOp({ x, grad_y: gradY }, {}).grad_x;
}

/** Whether the matmul belongs to the current trace and nothing has written to its memory since. */
function isStillComputable(product: Tensor, { a, b, options }: Product): boolean {
  const memory = new Set<Storage | undefined>([product, a, b, b.half, options.bias].map((tensor) => tensor?.storage));
  for (const node of [...currentTrace().nodes].reverse()) {
    const outputs = Object.values(node.outputs);
    if (outputs.includes(product)) return true;
    if (outputs.some((output) => memory.has(output.storage))) return false;
  }
  return false;
}
