import assert from "node:assert/strict";
import { test } from "node:test";
import { fuseNodes } from "../../src/graph/fuse.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { gelu } from "../../src/ops/gelu.ts";
import { geluBackwardOp } from "../../src/ops/gelu_backward.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { multiply } from "../../src/ops/multiply.ts";

/** The ops of a trace in their order, fused; `build` returns what is kept. */
function opsOf(build: (product: Tensor, other: Tensor, a: Tensor) => readonly Tensor[]): string[] {
  const { trace: traced, result } = trace(() => {
    const a = multiply(input("x", [4, 4]), input("x", [4, 4]));
    return build(matmul(a, input("b", [4, 4]), { layout: "NN" }), input("other", [4, 4]), a);
  });
  return fuseNodes(traced.nodes, result).map(({ op }) => op);
}

test("a product takes the work of its only reader", () => {
  assert.deepEqual(
    opsOf((product, other) => [add(product, other)]),
    ["multiply", "matmul"],
  );
  assert.deepEqual(
    opsOf((product, other) => [geluBackwardOp({ x: other, grad_y: product }, {}).grad_x]),
    ["multiply", "matmul"],
  );
  assert.deepEqual(
    opsOf((product, other) => [multiply(add(other, product), other)]),
    ["multiply", "matmul", "multiply"],
  );
});

test("a sum that is kept, or has another reader, is written as it is", () => {
  assert.deepEqual(
    opsOf((product, other) => [add(product, other), product]),
    ["multiply", "matmul", "add"],
  );
  assert.deepEqual(
    opsOf((product, other) => [add(product, other), multiply(product, other)]),
    ["multiply", "matmul", "add", "multiply"],
  );
  assert.deepEqual(
    opsOf((product) => [add(product, product)]),
    ["multiply", "matmul", "add"],
  );
});

test("gelu leaves its input to others, so it fuses whoever else reads that later", () => {
  assert.deepEqual(
    opsOf((product, other) => [gelu(product), multiply(product, other)]),
    ["multiply", "matmul", "multiply"],
  );
  assert.deepEqual(
    opsOf((product, other) => [multiply(product, other), gelu(product)]),
    ["multiply", "matmul", "multiply", "gelu"],
    "one that reads it earlier finds it written",
  );
});

test("nothing moves past a write to what it reads", () => {
  assert.deepEqual(
    opsOf((product, other, a) => {
      addOnto({ onto: a, accumulate: 1 }, other);
      return [add(product, other)];
    }),
    ["multiply", "matmul", "add_onto", "add"],
  );
});

test("a product that has taken an addition takes no activation as well", () => {
  assert.deepEqual(
    opsOf((product, other) => [gelu(add(product, other))]),
    ["multiply", "matmul", "gelu"],
  );
});
