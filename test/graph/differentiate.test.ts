import assert from "node:assert/strict";
import { test } from "node:test";
import { differentiate } from "../../src/graph/differentiate.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar, type Scalar } from "../../src/graph/scalar.ts";
import { reshape, type Tensor } from "../../src/graph/tensor.ts";
import { type GradientSink, input, trace } from "../../src/graph/trace.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { columnSumOp } from "../../src/ops/column_sum.ts";
import { layerNorm } from "../../src/ops/layer_norm.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { qkNorm } from "../../src/ops/qk_norm.ts";
import { rmsNorm } from "../../src/ops/rms_norm.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const none: ReadonlyMap<Tensor, GradientSink> = new Map();

test("the gradients of a tensor that is used several times are added", async () => {
  const plan = await buildPlan(device, "fan-out", () => {
    const x = input("x", [3]);
    const y = add(multiply(x, x), x);
    const found = differentiate({ seeds: new Map([[y, input("seed", [3])]]), sinks: none, wanted: [x], add, addOnto });
    return { keep: [found.get(x)!] };
  });
  plan.run({ inputs: { x: Float32Array.of(1, -2, 3), seed: Float32Array.of(1, 10, 100) } });
  const [gradient] = await plan.read(plan.result.keep);
  plan.destroy();
  assert.deepEqual([...gradient!], [3, -30, 700]);
});

/** The gradient that lands on the sink of a weight used twice, `start` being there before. */
async function tiedGradient(accumulate: Scalar, start: number, scalars: Record<string, number> = {}): Promise<number[]> {
  const plan = await buildPlan(device, "tied", () => {
    const weight = input("weight", [2]);
    const onto = input("onto", [2]);
    // The second use is an op that knows no sinks, the first one writes there itself.
    const y = multiply(weight, multiply(weight, input("x", [2])));
    differentiate({ seeds: new Map([[y, input("seed", [2])]]), sinks: new Map([[weight, { onto, accumulate }]]), add, addOnto });
    return { keep: [], onto };
  });
  const inputs = {
    weight: Float32Array.of(3, 5),
    x: Float32Array.of(7, 11),
    seed: Float32Array.of(1, 2),
    onto: new Float32Array(2).fill(start),
  };
  plan.run({ inputs, scalars });
  const [sum] = await plan.read([plan.result.onto]);
  plan.destroy();
  return [...sum!];
}

test("a parameter used twice gathers both gradients on its sink", async () => {
  const expected = [2 * 3 * 7, 2 * 2 * 5 * 11];
  assert.deepEqual(await tiedGradient(0, 1000), expected);
  assert.deepEqual(
    await tiedGradient(1, 1000),
    expected.map((value) => value + 1000),
  );
});

const HEADS = { heads: 1, keyValueHeads: 1, headDim: 4 };
const WITH_TWO_WEIGHTS: Readonly<Record<string, (x: Tensor, a: Tensor, b: Tensor) => Tensor>> = {
  "a launch for each": (x, a, b) => qkNorm(x, a, b, 1e-6, HEADS),
  "one launch for both": (x, a, b) => layerNorm(reshape(x, [6, 4]), a, b, 1e-6),
};

/** The gradients of an op's weights, which are one parameter or two; every sink holds `start` before. */
async function weightGradients(op: string, names: readonly [string, string], accumulate: Scalar, start: number): Promise<number[][]> {
  const plan = await buildPlan(device, op, () => {
    const weights = names.map((name) => input(name, [4])) as [Tensor, Tensor];
    const sinks = new Map(weights.map((weight) => [weight, { onto: input(`onto ${weight.label}`, [4]), accumulate }]));
    const y = WITH_TWO_WEIGHTS[op]!(input("x", [2, 12]), ...weights);
    const found = differentiate({ seeds: new Map([[y, input("seed", y.shape)]]), sinks, add, addOnto });
    return { keep: [], gradients: [...sinks.keys()].map((weight) => found.get(weight)!) };
  });
  const weights = names.flatMap((name) => [
    [name, new Float32Array(4).fill(1)],
    [`onto ${name}`, new Float32Array(4).fill(start)],
  ]);
  const x = Float32Array.from({ length: 24 }, (_, i) => (i % 5) - 1.5);
  plan.run({ inputs: { x, seed: new Float32Array(24).fill(1), ...Object.fromEntries(weights) } });
  const gradients = await plan.read(plan.result.gradients);
  plan.destroy();
  return gradients.map((gradient) => [...gradient]);
}

for (const op of Object.keys(WITH_TWO_WEIGHTS)) {
  for (const accumulate of [0, 1]) {
    test(`a parameter under two names of one op gathers both gradients: ${op}, accumulate ${accumulate}`, async () => {
      const [first, second] = (await weightGradients(op, ["first", "second"], 0, 1000)) as [number[], number[]];
      const [both] = (await weightGradients(op, ["shared", "shared"], accumulate, 1000)) as [number[]];
      both.forEach((value, i) => {
        assert.ok(Math.abs(value - 1000 * accumulate - first[i]! - second[i]!) < 1e-3, `${both} is not ${first} + ${second}`);
      });
    });
  }
}

test("accumulate may be a scalar of the run", async () => {
  const accumulate = runScalar("accumulate", 1);
  assert.deepEqual(await tiedGradient(accumulate, 1000, { accumulate: 0 }), [42, 220]);
  assert.deepEqual(await tiedGradient(accumulate, 1000, { accumulate: 1 }), [1042, 1220]);
});

test("ops that write to a sink themselves add after the first", () => {
  const { trace: traced } = trace(() => {
    const weight = input("weight", [4]);
    const y = rmsNorm(rmsNorm(input("x", [3, 4]), weight, 1e-6), weight, 1e-6);
    const sinks = new Map([[weight, { onto: input("onto", [4]), accumulate: 0 }]]);
    differentiate({ seeds: new Map([[y, input("seed", [3, 4])]]), sinks, add, addOnto });
  });
  const onto = traced.inputs.get("onto")!;
  const writes = traced.nodes.filter((node) => Object.values(node.outputs).some((output) => output.storage === onto.storage));
  const accumulates = writes.map((node) => node.dispatches(device).at(-1)!.parameters!.accumulate);
  assert.deepEqual(accumulates, [0, 1]);
  assert.ok(writes.every((node) => node.op === "rms_norm_backward"));
});

test("nothing is computed for inputs whose gradient nobody wants", () => {
  const { trace: traced, result } = trace(() => {
    const x = input("x", [3, 4]);
    const weight = input("weight", [4]);
    const y = rmsNorm(x, weight, 1e-6);
    rmsNorm(y, input("other", [4]), 1e-6);
    const found = differentiate({ seeds: new Map([[y, input("seed", [3, 4])]]), sinks: none, wanted: [weight], add, addOnto });
    return { found, x, weight };
  });
  const backward = traced.nodes.slice(2).map((node) => node.op);
  assert.deepEqual(backward, ["rms_norm_backward"]);
  assert.ok(result.found.has(result.weight) && !result.found.has(result.x));
});

test("a gradient through an op without a backward pass is an error that names it", () => {
  const build = (): unknown => {
    const x = input("x", [3, 4]);
    const { y } = columnSumOp({ x }, { blockRows: 3, accumulate: 0 });
    return differentiate({ seeds: new Map([[y, input("seed", [1, 4])]]), sinks: none, wanted: [x], add, addOnto });
  };
  assert.throws(() => trace(build), /column_sum \(.*\) has no backward pass, but a gradient flows through it/);
});
