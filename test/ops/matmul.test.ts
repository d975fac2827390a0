import assert from "node:assert/strict";
import { test } from "node:test";
import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../../src/gpu/buffer.ts";
import { fuseNodes } from "../../src/graph/fuse.ts";
import { buildPlan, evaluate } from "../../src/graph/plan.ts";
import { runScalar, type Scalar } from "../../src/graph/scalar.ts";
import { externalTensor, type Tensor } from "../../src/graph/tensor.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { add } from "../../src/ops/add.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { type Layout, type MatmulFamily, matmul } from "../../src/ops/matmul/op.ts";
import { type HostValue, relativeError } from "../../src/testing/check_op.ts";
import { matmulCases, operands } from "../../src/testing/ops/matmul.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, matmulCases);

const LAYOUTS: readonly Layout[] = ["NN", "NT", "TN"];
const FAMILIES: readonly MatmulFamily[] = device.subgroups ? ["subgroup", "register", "tiled"] : ["register", "tiled"];

for (const family of FAMILIES) {
  for (const layout of LAYOUTS) {
    test(`matmul ${layout} by ${family} onto a tensor: accumulate 0 overwrites it, 1 adds to it, 0 rows are a sum of nothing`, async () => {
      for (const shape of [
        [17, 10, 23],
        [8, 12, 20],
      ] as const) {
        const { a, b } = operands(layout, shape);
        const expected = matmulReference({ a, b }, layout).y;
        assert.ok(relativeError(await onto(layout, family, shape, 0), expected) < 1e-5);
        assert.ok(
          relativeError(
            (await onto(layout, family, shape, 1)).map((value) => value - 3),
            expected,
          ) < 1e-5,
        );
        const empty = [layout === "TN" ? shape[0] : 0, shape[1], layout === "TN" ? 0 : shape[2]] as const;
        assert.deepEqual(await onto(layout, family, empty, 0), new Float32Array(empty[0] * empty[1]));
      }
    });

    test(`matmul ${layout} by ${family} touches no row past the last one`, async () => {
      for (const shape of [
        [9, 11, 13],
        [12, 16, 20],
      ] as const) {
        const rows = layout === "TN" ? shape[2] : shape[0];
        const y = await multiplyRows(layout, family, { shape, rows, capacity: rows + 21 });
        const count = shape[0] * shape[1];
        assert.ok(relativeError(y.subarray(0, count), matmulReference(operands(layout, shape), layout).y) < 1e-5);
        if (layout !== "TN") assert.ok(y.subarray(count).every(Number.isNaN), "rows past the end were written");
      }
    });
  }
}

for (const family of FAMILIES.filter((family) => family !== "tiled")) {
  test(`matmul by ${family} takes more tokens than a grid has workgroups in one dimension`, async () => {
    const tokens = device.limits.maxComputeWorkgroupsPerDimension + 37;
    for (const [layout, shape] of [
      ["TN", [5, 3, tokens]],
      ["NN", [tokens, 3, 5]],
      ["NT", [tokens, 3, 5]],
    ] as const) {
      assert.ok(relativeError(await onto(layout, family, shape, 0), matmulReference(operands(layout, shape), layout).y) < 1e-5, layout);
    }
  });
}

/** The product onto memory full of 3. */
async function onto(
  layout: Layout,
  family: MatmulFamily,
  shape: readonly [number, number, number],
  accumulate: Scalar,
): Promise<Float32Array> {
  const { a, b } = operands(layout, shape);
  const count = shape[0] * shape[1];
  const buffer = createBuffer(device, "onto", count * 4);
  const window = { buffer, offset: 0, size: count * 4 };
  uploadBuffer(device, window, new Float32Array(count).fill(3));
  const plan = await buildPlan(device, "onto", () => {
    const sink = { onto: externalTensor("onto", { ...window, size: Math.max(4, count * 4) }, [shape[0], shape[1]]), accumulate };
    matmul(input("a", a.shape), input("b", b.shape), { layout, family, sink });
    return {};
  });
  plan.run({ inputs: { a: Float32Array.from(a.data), b: Float32Array.from(b.data) } });
  const [bytes] = await readBuffers(device, [window]);
  plan.destroy();
  destroyBuffer(device, buffer);
  return new Float32Array(bytes!).subarray(0, count);
}

interface Batch {
  /** The shape of the whole product. */
  readonly shape: readonly [number, number, number];
  /** Rows of the batch, which begin at row `first` of the operands, and how many the plan has room for. */
  readonly rows: number;
  readonly first?: number;
  readonly capacity: number;
}

/** Some rows of the operands of a shape, followed by NaN up to the capacity, multiplied into poisoned memory. */
async function multiplyRows(layout: Layout, family: MatmulFamily, { shape, rows, first = 0, capacity }: Batch): Promise<Float32Array> {
  const { a, b } = operands(layout, shape);
  const plan = await buildPlan(device, "batch", () => {
    const count = runScalar("rows", capacity);
    const left = input("a", [count, a.shape[1]!]);
    const right = input("b", layout === "TN" ? [count, b.shape[1]!] : b.shape);
    return { keep: [matmul(left, right, { layout, family })] };
  });
  const rowsOf = ({ data, shape: [, width] }: HostValue): Float32Array => {
    const values = new Float32Array(capacity * width!).fill(Number.NaN);
    values.set(data.subarray(first * width!, (first + rows) * width!));
    return values;
  };
  plan.poison();
  plan.run({ scalars: { rows }, inputs: { a: rowsOf(a), b: layout === "TN" ? rowsOf(b) : Float32Array.from(b.data) } });
  const [y] = await plan.read(plan.result.keep);
  plan.destroy();
  return y as Float32Array;
}

test("a product has the same bits whether the device gathers or not, which decides on its blocks", {
  skip: (!device.subgroups || device.lanes < 8) && "blocks are for subgroups of eight and more",
}, async () => {
  for (const layout of ["NN", "NT"] as const) {
    const [a, b] = [normal([70, 323], 1), normal(layout === "NT" ? [36, 323] : [323, 36], 2)];
    const product = (): Tensor[] => [matmul(input("a", a.shape), input("b", b.shape), { layout, family: "subgroup" })];
    const inputs = { a: Float32Array.from(a.data), b: Float32Array.from(b.data) };
    const [blocks, results]: [unknown[], Float32Array[]] = [[], []];
    for (const gathers of [false, true]) {
      const other = Object.assign(Object.create(device) as typeof device, { gathers });
      blocks.push(trace(product).trace.nodes[0]!.dispatches(other)[0]!.variant?.constants?.CHUNKS);
      results.push((await evaluate(other, product, { inputs }))[0] as Float32Array);
    }
    assert.notEqual(blocks[0], blocks[1]);
    assert.deepEqual(results[0], results[1]);
    assert.ok(relativeError(results[0]!, matmulReference({ a, b }, layout).y) < 1e-5);
  }
});

test("add moves into the product that it adds to, on either side, and leaves the product to its other readers", async () => {
  const shape = [9, 12, 16] as const;
  const values = { ...operands("NT", shape), residual: normal([9, 12], 3) };
  const build = (order: (product: Tensor, residual: Tensor) => Tensor, keepProduct: boolean) => () => {
    const product = matmul(input("a", values.a.shape), input("b", values.b.shape), { layout: "NT" });
    const sum = order(product, input("residual", values.residual.shape));
    return { keep: keepProduct ? [sum, product] : [sum] };
  };
  const inputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Float32Array.from(value.data)]));
  const orders = { right: (x: Tensor, y: Tensor) => add(y, x), left: (x: Tensor, y: Tensor) => add(x, y) };
  for (const [side, order] of Object.entries(orders)) {
    for (const keepProduct of [false, true]) {
      const plan = await buildPlan(device, "add", build(order, keepProduct));
      assert.deepEqual(
        plan.nodes.map((node) => node.op),
        keepProduct ? ["matmul", "add"] : ["matmul"],
        side,
      );
      plan.poison();
      plan.run({ inputs });
      const [sum, product] = await plan.read(plan.result.keep);
      assert.ok(relativeError(sum!, matmulReference(values, "NT").y) < 1e-5, side);
      if (product) assert.ok(relativeError(product, matmulReference({ a: values.a, b: values.b }, "NT").y) < 1e-5);
      plan.destroy();
    }
  }
});

test("add does not fuse into a sum, across traces, or past a write to the product's memory", () => {
  const build = () => matmul(input("a", [3, 4]), input("b", [5, 4]), { layout: "NT" });
  const opsOf = (body: () => void): string[] => fuseNodes(trace(body).trace.nodes, []).map((node) => node.op);
  const residual = () => input("r", [3, 5]);
  assert.deepEqual(
    opsOf(() => add(add(build(), residual()), input("s", [3, 5]))),
    ["matmul", "add"],
  );
  const earlier = trace(build).result;
  assert.deepEqual(
    opsOf(() => add(earlier, residual())),
    ["add"],
  );
  assert.deepEqual(
    opsOf(() => {
      const product = build();
      addOnto({ onto: product, accumulate: 1 }, residual());
      add(product, residual());
    }),
    ["matmul", "add_onto", "add"],
  );
});

test("matmul names the shapes it cannot multiply", () => {
  const refusal =
    (a: readonly number[], b: readonly number[], layout: Layout, bias?: readonly number[], residual?: readonly number[]) => () =>
      trace(() => {
        const options = { bias: bias && input("bias", bias), residual: residual && input("residual", residual) };
        return matmul(input("a", a), input("b", b), { layout, ...options });
      });
  assert.throws(refusal([3, 4], [4, 5], "NT"), /matmul NT: given a \[3, 4\], b \[4, 5\]; it needs matrices that share their inner size K/);
  assert.throws(refusal([3, 4], [5, 4], "NN"), /inner size K/);
  assert.throws(refusal([3, 4], [4, 5], "TN"), /inner size K/);
  assert.throws(refusal([12], [4, 5], "NN"), /two matrices/);
  assert.throws(refusal([3, 4], [5, 4], "NT", [4]), /a bias as long as y has columns/);
  assert.throws(refusal([3, 4], [5, 4], "NT", [5], [3, 4]), /a residual of y's shape/);
});
