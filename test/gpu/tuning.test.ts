import "../narrow_vectors.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input } from "../../src/graph/trace.ts";
import { gelu } from "../../src/ops/gelu.ts";
import { geluBackwardOp } from "../../src/ops/gelu_backward.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { swiglu, swigluBackward } from "../../src/ops/swiglu.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { normal } from "../../src/testing/values.ts";
import { biasGradient, memoryStore, multiply, type Opened, open, warningsOf } from "./tuned_device.ts";

/** As if a driver took the wrong component. */
const WRONG_TILED = { "matmul/tiled": ["fma(vec4f(of_a.y)", "fma(vec4f(of_a.z)"] } as const;
const WRONG_ROWS = { "matmul/few_rows": ["fma(vec4f(of_a.y)", "fma(vec4f(of_a.z)"] } as const;
const WRONG_SUBGROUP = {
  "lib/held_block": ["fma(vec4f(quad[i])", "fma(vec4f(quad[0])"],
  "matmul/subgroup_of_four": ["fma(vec4f(a_1)", "fma(vec4f(a_2)"],
} as const;

/** The subgroup family's kernels on a device. */
function subgroupKernels({ lanes }: Device): string {
  return lanes === 4 ? "matmul/pack matmul/subgroup_of_four" : "matmul/held";
}

test("a wrong subgroup kernel costs speed and a warning, not the result; right ones are used as ever", async (context) => {
  const warnings = warningsOf(context);
  const device = await open(context, { broken: WRONG_SUBGROUP });
  if (!device.subgroups || !device.software) return context.skip(`${device.name} does not use the subgroup family`);
  assert.equal(await multiply(device), "matmul/register");
  assert.equal(await multiply(device, [50, 33, 20]), "matmul/register");
  assert.equal(await multiply(device, [3, 36, 20]), "matmul/few_rows");
  assert.equal(warnings.length, 1, warnings.join("\n"));
  assert.match(
    warnings[0]!,
    /^warning: matmul\/(pack \+ matmul\/subgroup_of_four|held) is wrong on .* \(relative error [\d.]+\); a slower kernel takes its place$/,
  );
});

test("sound kernels are used without a word", async (context) => {
  const warnings = warningsOf(context);
  const device = await open(context);
  const expected = device.subgroups && device.software ? subgroupKernels(device) : "matmul/register";
  assert.equal(await multiply(device), device.software ? expected : "matmul/sliced");
  assert.equal(await multiply(await open(context, { asHardware: true }), [50, 36, 20], "NN"), "matmul/tiled");
  assert.deepEqual(warnings, []);
});

test("a wrong pack kernel is noticed as well", async (context) => {
  const warnings = warningsOf(context);
  const broken = { "matmul/pack": ["packed[k * quads + quad] = of_b[0];", "packed[k * quads + quad] = of_b[1];"] } as const;
  const device = await open(context, { broken });
  if (!device.subgroups || !device.software || device.lanes > 4) return context.skip(`${device.name} packs nothing`);
  assert.equal(await multiply(device), "matmul/register");
  assert.match(warnings.join("\n"), /^warning: matmul\/pack \+ matmul\/subgroup_of_four is wrong on/);
});

test("a wrong sum of the blocks that a workgroup holds one after the other is noticed", async (context) => {
  const warnings = warningsOf(context);
  const broken = { "lib/kept_sums": ["if origin > 0u", "if origin > 1000u"] } as const;
  const device = await open(context, { broken });
  if (!device.subgroups || !device.software || device.lanes === 4) return context.skip(`${device.name} holds no blocks`);
  assert.equal(await multiply(device), "matmul/held");
  assert.equal(await multiply(device, [50, 36, 300]), "matmul/register");
  assert.match(warnings.join("\n"), /^warning: matmul\/held is wrong on/);
});

test("a kernel that does not compile is left aside", async (context) => {
  const warnings = warningsOf(context);
  const broken = {
    "lib/held_block": ["fma(vec4f(", "fma(vec3f("],
    "matmul/subgroup_of_four": ["fma(vec4f(", "fma(vec3f("],
  } as const;
  const device = await open(context, { broken });
  if (!device.subgroups || !device.software) return context.skip(`${device.name} does not use the subgroup family`);
  assert.equal(await multiply(device), "matmul/register");
  assert.match(warnings[0]!, /kernel matmul\/(subgroup_of_four|held) does not compile/);
});

test("a wrong tiled kernel is left aside, and a wrong sum of the parts of K", async (context) => {
  const warnings = warningsOf(context);
  const device = await open(context, { broken: WRONG_TILED, asHardware: true });
  assert.equal(await multiply(device, [9, 12, 20], "NN"), "matmul/register");
  assert.equal(warnings.length, 1);
  const unreduced = { "matmul/split_k_reduce": ["is_there = part < parameters.splits", "is_there = part < 1u"] } as const;
  const other = await open(context, { broken: unreduced, asHardware: true });
  assert.equal(await multiply(other, [9, 12, 2100], "NN"), "matmul/register");
  assert.equal(
    await multiply(other, [513, 512, 520], "TN"),
    "matmul/register",
    "small gradients have another kernel, and so has their check",
  );
  assert.equal(await multiply(other, [9, 12, 520], "TN"), "matmul/tiled norm/column_sum");
  assert.equal(await multiply(other, [9, 12, 20], "TN"), "matmul/tiled");
  const halved = await open(context, { broken: { "norm/column_sum": ["sum += select(", "sum += 0.5 * select("] }, asHardware: true });
  assert.equal(await multiply(halved, [9, 12, 520], "TN"), "matmul/register");
});

/** What an epilogue makes of a product of x and w^T, of 12 columns; the first tensor is compared. */
const ACTIVATED: Readonly<Record<string, (product: Tensor) => readonly Tensor[]>> = {
  gelu: (product) => [gelu(product)],
  "gelu beside the product": (product) => [gelu(product), product],
  "exact gelu": (product) => [gelu(product, "erf")],
  "the backward pass of exact gelu": (product) => [
    geluBackwardOp({ x: input("x of gelu", [product.size(0), 12]), grad_y: product }, { form: "erf" }).grad_x,
  ],
  swiglu: (product) => [swiglu(product)],
  "swiglu beside the product": (product) => [swiglu(product), product],
  "the backward pass of swiglu": (product) => [
    swigluBackward({ gate_up: input("gate_up", [product.size(0), 24]), grad_y: product }, {}).grad_gate_up,
  ],
};

for (const [name, activate] of Object.entries(ACTIVATED)) {
  for (const rows of [9, 70]) {
    test(`${name} is checked in the epilogue, for ${rows} rows`, async (context) => {
      const warnings = warningsOf(context);
      const shapes = {
        x: [rows, 20],
        w: [12, 20],
        ...(name === "the backward pass of swiglu" && { gate_up: [rows, 24] }),
        ...(name === "the backward pass of exact gelu" && { "x of gelu": [rows, 12] }),
      };
      const inputs = Object.fromEntries(
        Object.entries(shapes).map(([label, shape], i) => [label, Float32Array.from(normal(shape, i).data)]),
      );
      // As if the driver miscompiled it in these kernels alone.
      const wrong = ["lib::epilogue", "lib::wrong_epilogue"] as const;
      const results: Float32Array[] = [];
      for (const broken of [undefined, { "matmul/tiled": wrong, "matmul/sliced": wrong }]) {
        const device = await open(context, { ...(broken && { broken }), asHardware: true });
        const build = (): Tensor => matmul(input("x", shapes.x), input("w", shapes.w), { layout: "NT" });
        const plan = await buildPlan(device, name, () => ({ keep: activate(build()) }));
        const kernels = plan.launches.launches.map(({ kernel }) => kernel.id);
        assert.deepEqual(kernels, [broken ? "matmul/register" : rows === 9 ? "matmul/sliced" : "matmul/tiled"]);
        assert.equal(warnings.length > 0, broken !== undefined, "the right one is used without a word");
        if (rows === 9) assert.ok(warnings.length <= 1, "the only way is named once");
        plan.run({ inputs });
        results.push((await plan.read(plan.result.keep))[0] as Float32Array);
      }
      assert.ok(relativeError(results[1]!, results[0]!) < 1e-5);
    });
  }
}

test("the gradient of a bias is checked with its product", async (context) => {
  const warnings = warningsOf(context);
  const broken = { "matmul/tiled": ["operand_sums += ", "operand_sums += 0.5 * "] } as const;
  for (const of of ["a", "b"] as const) {
    assert.equal(await biasGradient(await open(context, { asHardware: true }), [9, 12, 20], of), "matmul/tiled");
    assert.deepEqual(warnings, []);
    assert.equal(await biasGradient(await open(context, { broken, asHardware: true }), [9, 12, 20], of), "matmul/register");
    assert.match(warnings.pop()!, /^warning: matmul\/tiled is wrong on .* \(relative error 0\.[\d]+\)/);
  }
});

test("where one tile is wrong the next one is taken", async (context) => {
  const warnings = warningsOf(context);
  const broken = { "matmul/tiled": ["sums[4u * i][j] = fma(", "sums[4u * i][j] = f32(TILE_HEIGHT != 16) * fma("] } as const;
  const device = await open(context, { broken, asHardware: true });
  assert.equal(await multiply(device, [9, 12, 20], "NN"), "matmul/tiled");
  assert.equal(warnings.length, 1);
});

test("a verdict is remembered until the kernel changes; nothing is then checked or measured", async (context) => {
  warningsOf(context);
  const store = memoryStore();
  const dispatchesOf = async (options: Opened): Promise<number> => {
    const device = await open(context, { ...options, tuning: { store } });
    await multiply(device, [3, 36, 20]);
    return device.stats.dispatches;
  };
  assert.equal(await dispatchesOf({}), 2);
  assert.equal(await dispatchesOf({}), 1);
  const WRONG = { ...WRONG_TILED, ...WRONG_ROWS };
  assert.ok((await dispatchesOf({ broken: WRONG })) >= 2);
  assert.equal(await dispatchesOf({ broken: WRONG }), 1, "wrong kernels are remembered, too");
  const text = store.text!;
  for (const damaged of [
    "",
    "{",
    "null",
    "[]",
    text.slice(0, -20),
    text.replace('"adapter": "', '"adapter": "another '),
    text.replace('"version": 2', '"version": 1'),
  ]) {
    store.text = damaged;
    assert.ok((await dispatchesOf({})) > 1, JSON.stringify(damaged.slice(0, 40)));
    assert.doesNotThrow(() => JSON.parse(store.text!));
  }
  const entry = /"hash": "\w+",\s+"wrong": null/;
  assert.match(store.text!, entry);
  store.text = store.text!.replace(entry, '"hash": 7');
  assert.ok((await dispatchesOf({})) > 1, "an entry of another form counts as none");
});
