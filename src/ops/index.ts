import { Tensor } from "../graph/tensor.ts";
import { add, addOp } from "./add.ts";
import { addOntoOp } from "./add_onto.ts";
import { columnSumOp } from "./column_sum.ts";
import { embeddingOp } from "./embedding.ts";
import { geluOp } from "./gelu.ts";
import { layerNormOp } from "./layer_norm.ts";
import { multiplyOp } from "./multiply.ts";
import { rmsNormOp } from "./rms_norm.ts";
import { swigluOp } from "./swiglu.ts";

export { add } from "./add.ts";
export { addOnto } from "./add_onto.ts";
export { columnSum } from "./column_sum.ts";
export { type Call, defineOp, type Inputs, type Op, type OpDefinition, type OutputSpec, shapeError } from "./define.ts";
export { embedding } from "./embedding.ts";
export { gelu } from "./gelu.ts";
export { layerNorm } from "./layer_norm.ts";
export { multiply } from "./multiply.ts";
export { rmsNorm } from "./rms_norm.ts";
export { swiglu } from "./swiglu.ts";

/** An op of the library and the kernels it launches, forward and backward. */
export interface RegisteredOp {
  readonly op: { readonly definition: { readonly name: string } };
  readonly kernels: readonly string[];
}

/** Every op by name. test/ops/conventions.test.ts asks a reference and a test of each, and an owner of every kernel. */
export const ops = {
  add: { op: addOp, kernels: ["elementwise/add"] },
  add_onto: { op: addOntoOp, kernels: ["elementwise/add_onto"] },
  column_sum: { op: columnSumOp, kernels: ["norm/column_sum"] },
  embedding: { op: embeddingOp, kernels: family("embedding/gather", "_backward", "_backward_links", "_backward_partial") },
  gelu: { op: geluOp, kernels: family("mlp/gelu", "_backward") },
  layer_norm: { op: layerNormOp, kernels: family("norm/layer_norm", "_backward", "_backward_weight") },
  multiply: { op: multiplyOp, kernels: ["elementwise/multiply"] },
  rms_norm: { op: rmsNormOp, kernels: family("norm/rms_norm", "_backward", "_backward_weight") },
  swiglu: { op: swigluOp, kernels: family("mlp/swiglu", "_backward") },
} as const satisfies Readonly<Record<string, RegisteredOp>>;

function family(forward: string, ...endings: readonly string[]): string[] {
  return [forward, ...endings.map((ending) => forward + ending)];
}

declare module "../graph/tensor.ts" {
  interface Tensor {
    /** The sum with a tensor of the same shape. */
    add(other: Tensor): Tensor;
  }
}

Tensor.prototype.add = function (this: Tensor, other: Tensor): Tensor {
  return add(this, other);
};
