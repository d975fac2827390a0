import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createBuffer, destroyBuffer, readBuffers } from "../../src/gpu/buffer.ts";
import type { Device } from "../../src/gpu/device.ts";
import { submitPass } from "../../src/gpu/launch.ts";
import { differentiate } from "../../src/graph/differentiate.ts";
import { buildPlan, evaluate } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { externalTensor, type Tensor } from "../../src/graph/tensor.ts";
import { type Dispatch, empty, input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { defineOp } from "../../src/ops/define.ts";
import { gelu } from "../../src/ops/gelu.ts";
import { multiply } from "../../src/ops/multiply.ts";
import { rmsNorm } from "../../src/ops/rms_norm.ts";

const device = await openDevice();
const uniforms = await openDevice({ immediates: false });
after(() => {
  device.destroy();
  uniforms.destroy();
});

const CAPACITY = 40;

/** A small network with its backward pass: y = gelu(norm(x)) + x, of a dynamic number of rows. */
function buildNetwork(on: Device) {
  return buildPlan(on, "network", () => {
    const rows = runScalar("rows", CAPACITY);
    const x = input("x", [rows, 6]);
    const weight = input("weight", [6]);
    const y = add(gelu(rmsNorm(x, weight, 1e-6)), x);
    multiply(y, y);
    const found = differentiate({ seeds: new Map([[y, y]]), sinks: new Map(), wanted: [weight], add, addOnto });
    return { keep: [y, found.get(weight)!], y };
  });
}

function values(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i));
}

for (const on of [device, uniforms]) {
  test(`nothing is created after the first run, ${on === device ? "as the device is" : "with uniforms"}`, async () => {
    const plan = await buildNetwork(on);
    const run = (rows: number): void => plan.run({ scalars: { rows }, inputs: { x: values(rows * 6), weight: values(6) } });
    run(CAPACITY);
    const { buffers, bindGroups, pipelines, submits } = on.stats;
    for (const rows of [3, CAPACITY, 17]) run(rows);
    assert.deepEqual(
      { ...on.stats, submits: on.stats.submits - submits },
      { ...on.stats, buffers, bindGroups, pipelines, submits: 3 },
      "buffers, bind groups and pipelines as after the first run, one submission a run",
    );
    await plan.read(plan.result.keep);
    plan.destroy();
  });

  test(`a row is the same however many there are, ${on === device ? "as the device is" : "with uniforms"}`, async () => {
    const plan = await buildNetwork(on);
    const rowsOf = async (rows: number): Promise<number[]> => {
      plan.poison();
      plan.run({ scalars: { rows }, inputs: { x: values(rows * 6), weight: values(6) } });
      const [y] = await plan.read([plan.result.y]);
      assert.ok(
        y!.subarray(rows * 6).every((value) => Number.isNaN(value)),
        "rows beyond N stay as they were",
      );
      return [...y!.subarray(0, 3 * 6)];
    };
    const expected = await rowsOf(3);
    assert.ok(expected.every(Number.isFinite));
    for (const rows of [4, 23, CAPACITY]) assert.deepEqual(await rowsOf(rows), expected);
    plan.destroy();
  });
}

test("a plan runs only what somebody reads", async () => {
  const plan = await buildNetwork(device);
  const ops = plan.nodes.map((node) => node.op);
  plan.destroy();
  assert.ok(!ops.includes("multiply"), "a result nobody reads");
  assert.deepEqual(ops, ["rms_norm", "gelu", "add", "gelu_backward", "rms_norm_backward"]);
});

test("a run scalar that is missing or too large is named, and the plan stays usable", async () => {
  const plan = await buildNetwork(device);
  assert.throws(() => plan.run({ inputs: { x: values(6) } }), /run scalar rows was not given; given: none/);
  assert.throws(() => plan.run({ scalars: { rows: 41 } }), /run scalar rows is 41; this plan was built for at most 40/);
  plan.run({ scalars: { rows: 1 }, inputs: { x: values(6), weight: values(6) } });
  const [y] = await plan.read([plan.result.y]);
  assert.ok(y!.subarray(0, 6).every(Number.isFinite));
  plan.destroy();
});

test("inputs that do not exist or do not fit are named", async () => {
  const plan = await buildNetwork(device);
  assert.throws(() => plan.upload({ wait: values(6) }), /plan network has no input wait; it has: x, weight/);
  assert.throws(() => plan.upload({ x: values(100_000) }), /network x: 400000 bytes do not fit its window of/);
  plan.destroy();
});

test("a grid that the device cannot run is refused when the plan is built, and a linear one is folded", async () => {
  const limit = device.limits.maxComputeWorkgroupsPerDimension;
  const wide = (workgroups: Dispatch["workgroups"]) =>
    defineOp<{ x: Tensor }, "y", object>({
      name: "wide",
      shape: ({ x }) => ({ y: { shape: x.shape } }),
      forward: ({ inputs: { x }, outputs: { y } }) => [
        { kernel: "elementwise/scale", bindings: { x, y }, parameters: { count: 4, factor: 2 }, workgroups },
      ],
    });
  const build = (workgroups: Dispatch["workgroups"]) =>
    buildPlan(device, "grids", () => ({ keep: [wide(workgroups)({ x: input("x", [4]) }, {}).y] }));
  const rows = runScalar("rows", limit + 1);
  await assert.rejects(
    build([1, rows, 1]),
    new RegExp(`^EngineError: grids: wide takes a grid of 1 x ${limit + 1} x 1 workgroups; .* at most ${limit} a `),
  );
  for (const fits of [rows, [1, runScalar("rows", limit), 1] as const]) (await build(fits)).destroy();
});

test("poison fills what the plan computes and spares its inputs", async () => {
  const plan = await buildPlan(device, "poison", () => {
    const x = input("x", [4]);
    const y = add(x, x);
    return { keep: [x, y], y, x };
  });
  plan.run({ inputs: { x: values(4) } });
  plan.poison();
  const [x, y] = await plan.read([plan.result.x, plan.result.y]);
  plan.destroy();
  assert.deepEqual(x, values(4));
  assert.ok(y!.every((value) => Number.isNaN(value)));
});

test("a tensor that was not kept has no memory to read", async () => {
  const plan = await buildPlan(device, "dropped", () => {
    const x = input("x", [4]);
    return { keep: [add(x, x)], dropped: multiply(x, x), nobody: empty("nobody", { shape: [3] }) };
  });
  await assert.rejects(plan.read([plan.result.dropped]), /multiply\.y \[4\] has no memory in plan dropped/);
  assert.throws(() => plan.windowOf(plan.result.nobody), /nobody \[3\] has no memory in plan dropped/);
  plan.destroy();
});

/** y = 10 y + the run scalar of that name, in place, over external memory. */
const count = defineOp<{ y: ReturnType<typeof input> }, "y", { readonly scalar: string }>({
  name: "count",
  shape: ({ y }) => ({ y: { inPlaceOf: y } }),
  forward: ({ outputs: { y }, attributes: { scalar } }) => {
    const wgsl = `
      struct Parameters { step: f32 }
      var<immediate> parameters: Parameters;
      @group(0) @binding(0) var<storage, read_write> y: array<f32>; // [1]
      @compute @workgroup_size(1) fn main() { y[0] = y[0] * 10.0 + parameters.step; }`;
    return [{ kernel: { name: "count", wgsl }, bindings: { y }, parameters: { step: runScalar(scalar, 9) }, workgroups: 1 }];
  },
});

for (const on of [device, uniforms]) {
  test(`one submission may run a plan several times with other scalars, ${on === device ? "as the device is" : "with uniforms"}`, async () => {
    const buffer = createBuffer(on, "counter", 4);
    const window = { buffer, offset: 0, size: 4 };
    const plan = await buildPlan(on, "count", () => {
      count({ y: externalTensor("counter", window, [1]) }, { scalar: "step" });
      return { keep: [] };
    });
    // Twice, because the second submission uses again what the first one created.
    for (let i = 0; i < 2; i += 1) {
      submitPass(on, "count", (pass) => {
        for (const step of [1, 2, 3]) plan.encode(pass, { step });
      });
    }
    const [bytes] = await readBuffers(on, [window]);
    plan.destroy();
    destroyBuffer(on, buffer);
    assert.equal(new Float32Array(bytes!)[0], 123123);
  });
}

test("a run computes with its own numbers, whichever of them are those of the run before, and after a run that failed", async () => {
  const buffer = createBuffer(device, "counter", 4);
  const window = { buffer, offset: 0, size: 4 };
  const plan = await buildPlan(device, "count", () => {
    for (const scalar of ["first", "second"]) count({ y: externalTensor("counter", window, [1]) }, { scalar });
    return { keep: [] };
  });
  plan.run({ scalars: { first: 1, second: 2 } });
  plan.run({ scalars: { first: 3, second: 2 } });
  assert.throws(() => plan.run({ scalars: { first: 4, second: 10 } }), /run scalar second is 10; this plan was built for at most 9/);
  plan.run({ scalars: { first: 3, second: 2 } });
  const [bytes] = await readBuffers(device, [window]);
  plan.destroy();
  destroyBuffer(device, buffer);
  assert.equal(new Float32Array(bytes!)[0], 123232);
});

test("an empty batch runs and writes nothing", async () => {
  const plan = await buildNetwork(device);
  plan.poison();
  plan.run({ scalars: { rows: 0 }, inputs: { weight: values(6) } });
  const [y, gradient] = await plan.read(plan.result.keep);
  plan.destroy();
  assert.ok(y!.every((value) => Number.isNaN(value)));
  assert.deepEqual([...gradient!], [0, 0, 0, 0, 0, 0]);
});

test("evaluateOnce gives the values of a function of tensors", async () => {
  const [sum] = await evaluate(device, () => [add(input("a", [2]), input("b", [2]))], {
    inputs: { a: Float32Array.of(1, 2), b: Float32Array.of(30, 40) },
  });
  assert.deepEqual([...sum!], [31, 42]);
});

test("evaluate refuses an input that is missing, of another length or of another type", async () => {
  const sum = (): Tensor[] => [add(input("x", [2, 2]), input("y", [2, 2]))];
  const x = Float32Array.of(1, 2, 3, 4);
  const given = (y: unknown): Promise<unknown> => evaluate(device, sum, { inputs: { x, y: y as Float32Array } });
  assert.deepEqual(await given(x), [Float32Array.of(2, 4, 6, 8)]);
  await assert.rejects(given(undefined), /^EngineError: evaluate: input y \[2, 2\] was not given$/);
  await assert.rejects(given(x.subarray(1)), /^EngineError: evaluate: input y \[2, 2\] needs 4 numbers; given: 3$/);
  for (const [other, name] of [
    [Int32Array.from(x), "Int32Array"],
    [Float64Array.from(x), "Float64Array"],
    [[...x], "Array"],
    [null, "null"],
  ] as const)
    await assert.rejects(given(other), new RegExp(`^EngineError: evaluate: input y of f32 needs a Float32Array; given: ${name}$`));
});

test("a plan refuses an input of another type, and takes fewer rows than it has room for", async () => {
  const plan = await buildPlan(device, "sum", () => {
    const x = input("x", [runScalar("rows", 4), 2]);
    return { keep: [add(x, x)] };
  });
  plan.run({ scalars: { rows: 1 }, inputs: { x: Float32Array.of(1, 2) } });
  assert.deepEqual((await plan.read(plan.result.keep))[0]!.slice(0, 2), Float32Array.of(2, 4));
  assert.throws(
    () => plan.upload({ x: Uint32Array.of(1, 2) }),
    /^EngineError: plan sum: input x of f32 needs a Float32Array; given: Uint32Array$/,
  );
  plan.destroy();
});

test("an input that is asked for twice is one tensor, and not one of two shapes or types", async () => {
  const twice = (shape: readonly number[], dtype?: "u32") => () => [add(input("x", [4]), input("x", shape, dtype))];
  assert.deepEqual(await evaluate(device, twice([4]), { inputs: { x: Float32Array.of(1, 2, 3, 4) } }), [Float32Array.of(2, 4, 6, 8)]);
  await assert.rejects(evaluate(device, twice([2, 2])), /^EngineError: input x is f32 \[4\], and was asked for as f32 \[2, 2\]; give/);
  await assert.rejects(evaluate(device, twice([4], "u32")), /^EngineError: input x is f32 \[4\], and was asked for as u32 \[4\]; give/);
});

test("a grid too long for one dimension is folded", async () => {
  const { maxComputeWorkgroupsPerDimension } = device.limits;
  const length = (maxComputeWorkgroupsPerDimension + 3) * 64;
  const x = Float32Array.from({ length }, (_, i) => i % 1000);
  const [sum] = await evaluate(device, () => [add(input("x", [length]), input("x", [length]))], { inputs: { x } });
  assert.deepEqual(
    sum!.subarray(-300),
    x.subarray(-300).map((value) => value * 2),
  );
});

test("a plan describes itself, one line a dispatch", async () => {
  const plan = await buildNetwork(device);
  const lines = plan.describe().split("\n");
  plan.destroy();
  assert.equal(lines.length, plan.launches.launches.length);
  assert.match(lines[0]!, /^norm\/rms_norm +rms_norm {2}\(x rowsx6, weight 6, -> y rowsx6, -> inverse_rms rows\)$/);
});

test("a plan gives its memory back", async () => {
  const { bytesAllocated } = device.stats;
  const plan = await buildNetwork(device);
  assert.ok(device.stats.bytesAllocated > bytesAllocated);
  plan.destroy();
  assert.equal(device.stats.bytesAllocated, bytesAllocated);
});
