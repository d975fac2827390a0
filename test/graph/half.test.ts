import assert from "node:assert/strict";
import { test } from "node:test";
import { storeHalf } from "../../src/graph/half.ts";
import { planTrace } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { backwardPass, empty, input, type Node, trace } from "../../src/graph/trace.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { fromHalf } from "../../src/ops/from_half.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { toHalf } from "../../src/ops/to_half.ts";
import { roundToHalf } from "../../src/testing/reference/half.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const SHAPE = [64, 32];
const halved = (nodes: readonly Node[], keep: readonly Tensor[] = []): Node[] => storeHalf(nodes, { keep, toHalf, fromHalf });
const names = (nodes: readonly Node[]): string[] => nodes.map((node) => node.op);

/** What the backward pass makes. */
function backward(make: () => Tensor): Tensor {
  const made: Tensor[] = [];
  backwardPass(() => made.push(make()));
  return made[0]!;
}

/** saved = x + x is used at once, waits for ten nodes, and is used again by the backward pass. */
function waiting(): { saved: Tensor; y: Tensor } {
  const x = input("x", SHAPE);
  const saved = add(x, x);
  let y = add(saved, x);
  for (let i = 0; i < 10; i += 1) y = add(y, x);
  return { saved, y: backward(() => multiply(y, saved)) };
}

test("a tensor that waits is rounded after its last use before the wait and expanded before its first use after it", async () => {
  const { trace: traced, result } = trace(waiting);
  const nodes = halved(traced.nodes, [result.y]);
  assert.deepEqual(names(nodes), ["add", "add", "to_half", ...Array<string>(10).fill("add"), "from_half", "multiply"]);
  const plan = await planTrace(device, traced, { keep: [result.y], rewrite: (live) => halved(live, [result.y]) });
  const x = Float32Array.from({ length: 64 * 32 }, (_, i) => 3 + Math.sin(i));
  plan.poison();
  plan.run({ inputs: { x } });
  const [y] = await plan.read([result.y]);
  // Ten sums in f32 before the product; what is multiplied is the rounded 2x.
  const largest = x.reduce((most, value, i) => Math.max(most, Math.abs(y![i]! / (13 * value) / roundToHalf(2 * value) - 1)), 0);
  plan.destroy();
  assert.ok(largest < 2 ** -10, `off by ${largest}`);
});

test("a tensor that is kept, exact, small, odd, written again or soon used again is not rounded", () => {
  const { trace: traced, result } = trace(waiting);
  assert.ok(!names(halved(traced.nodes, [result.saved])).includes("to_half"), "kept");
  const unchanged = (build: () => unknown, why: string): void =>
    assert.ok(!names(halved(trace(build).trace.nodes)).includes("to_half"), why);
  const chain = (x: Tensor, saved: Tensor, length = 10): Tensor => {
    let y = add(saved, x);
    for (let i = 0; i < length; i += 1) y = add(y, x);
    return backward(() => multiply(y, saved));
  };
  const double = (x: Tensor): Tensor => add(x, x);
  unchanged(() => chain(input("x", [16, 32]), double(input("x", [16, 32]))), "small");
  unchanged(() => chain(input("x", [64, 33]), double(input("x", [64, 33]))), "odd");
  unchanged(() => chain(input("x", SHAPE), double(input("x", SHAPE)), 3), "soon used again");
  unchanged(() => {
    const x = input("x", SHAPE);
    const saved = empty("saved", { shape: SHAPE, isExact: true });
    addOnto({ onto: saved, accumulate: 0 }, x);
    return chain(x, saved);
  }, "exact");
  unchanged(() => {
    const x = input("x", SHAPE);
    const saved = double(x);
    chain(x, saved);
    addOnto({ onto: saved, accumulate: 1 }, x);
  }, "written again");
});

test("what waits within one pass is not rounded: the forward pass keeps its bits, and gradients may be too small for 16 bits", () => {
  const wait = (inPass: (make: () => Tensor) => Tensor): readonly string[] => {
    const nodes = trace(() => {
      const x = input("x", SHAPE);
      const saved = inPass(() => add(x, x));
      let y = add(saved, x);
      for (let i = 0; i < 10; i += 1) y = inPass(() => add(y, x));
      return inPass(() => multiply(y, saved));
    }).trace.nodes;
    return names(halved(nodes)).filter((op) => op.includes("half"));
  };
  assert.deepEqual(
    wait((make) => make()),
    [],
  );
  assert.deepEqual(wait(backward), []);
});
