import { ceilDivide, product, type Scalar } from "../graph/scalar.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { GradientSink } from "../graph/trace.ts";
import { columnSum } from "./column_sum.ts";
import { defineOp } from "./define.ts";

export type Layout = "NN" | "NT" | "TN";
type In = { a: Tensor; b: Tensor; bias?: Tensor | undefined; residual?: Tensor | undefined; onto?: Tensor | undefined };

export const matmulOp = defineOp<In, "y", { layout: Layout; accumulate: Scalar }>({
  name: "matmul",
  shape: ({ a, b, onto }, { layout }) => {
    if (onto) return { y: { inPlaceOf: onto } };
    return { y: { shape: [a.shape[layout === "TN" ? 1 : 0]!, b.shape[layout === "NT" ? 0 : 1]!] } };
  },
  forward: ({ inputs: { a, b, bias, residual }, outputs: { y }, attributes: { layout, accumulate } }) => {
    const rows = a.shape[layout === "TN" ? 1 : 0]!;
    const columns = b.shape[layout === "NT" ? 0 : 1]!;
    const inner = a.shape[layout === "TN" ? 0 : 1]!;
    const conditions = { NN: layout === "NN", NT: layout === "NT", TN: layout === "TN", BIAS: !!bias, RESIDUAL: !!residual };
    return [
      {
        kernel: "matmul/simple",
        variant: { conditions },
        bindings: { a, b, y, ...(bias ? { bias } : {}), ...(residual ? { residual } : {}) },
        parameters: { rows, columns, inner, accumulate },
        workgroups: ceilDivide(product(rows, columns), 64),
      },
    ];
  },
  backward: ({ inputs: { a, b, bias }, attributes: { layout } }, { gradient, needs, sink }) => {
    const grad = gradient("y")!;
    const s = sink("b");
    return {
      a: needs("a") ? matmul(grad, b, { layout: layout === "NT" ? "NN" : "NT" }) : undefined,
      b: needs("b")
        ? layout === "NT"
          ? matmul(grad, a, { layout: "TN", sink: s })
          : matmul(a, grad, { layout: "TN", sink: s })
        : undefined,
      bias: bias && needs("bias") ? columnSum(grad, sink("bias")) : undefined,
      residual: grad,
    };
  },
});

export function matmul(
  a: Tensor,
  b: Tensor,
  options: { layout: Layout; bias?: Tensor; residual?: Tensor; sink?: GradientSink | undefined },
): Tensor {
  const { layout, bias, residual, sink } = options;
  return matmulOp({ a, b, bias, residual, onto: sink?.onto }, { layout, accumulate: sink?.accumulate ?? 0 }).y;
}
