import "../narrow_vectors.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { lanesAlongK } from "../../src/ops/matmul/families/sliced.ts";
import { type Layout, matmul } from "../../src/ops/matmul/op.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { operands } from "../../src/testing/ops/matmul.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const [ROWS, COLUMNS, INNER] = [64, 21, 530];
const values = { ...operands("NT", [ROWS, COLUMNS, INNER]), bias: normal([COLUMNS], 3) };
const [a, b, bias] = [values.a, values.b, values.bias].map(({ data }) => Float32Array.from(data)) as [
  Float32Array,
  Float32Array,
  Float32Array,
];

type Multiply = (rows: Float32Array) => Promise<Float32Array>;

/** A product in a plan for so many rows, and what it gives for fewer. */
async function planOf(capacity: number): Promise<{ readonly multiply: Multiply; readonly destroy: () => void }> {
  const plan = await buildPlan(device, "few rows", () => {
    const rows = input("a", [runScalar("rows", capacity), INNER]);
    return { keep: [matmul(rows, input("b", [COLUMNS, INNER]), { layout: "NT", family: "sliced", bias: input("bias", [COLUMNS]) })] };
  });
  const multiply: Multiply = async (given) => {
    plan.poison();
    const rows = given.length / INNER;
    plan.run({ scalars: { rows }, inputs: { a: given, b, bias } });
    return ((await plan.read(plan.result.keep))[0] as Float32Array).slice(0, rows * COLUMNS);
  };
  return { multiply, destroy: plan.destroy };
}

const rowOf = (matrix: Float32Array, row: number, length: number): Float32Array => matrix.subarray(row * length, (row + 1) * length);

test("a row has the same bits alone, among others, whatever they hold, and in any plan of few rows", async () => {
  const { multiply, destroy } = await planOf(ROWS);
  const all = await multiply(a);
  assert.ok(relativeError(all, matmulReference(values, "NT").y) < 1e-5);
  for (let row = 0; row < ROWS; row += 1) {
    assert.deepEqual(await multiply(rowOf(a, row, INNER)), rowOf(all, row, COLUMNS), `row ${row} alone`);
  }
  for (const count of [2, 7, 8, 17, 63]) {
    assert.deepEqual(await multiply(a.subarray(0, count * INNER)), all.subarray(0, count * COLUMNS), `${count} rows`);
  }
  const among = a.map((value, i) => (Math.floor(i / INNER) === 5 ? value : Number.NaN));
  assert.deepEqual(rowOf(await multiply(among), 5, COLUMNS), rowOf(all, 5, COLUMNS), "among rows that are not numbers");
  destroy();
  for (const capacity of [1, 7]) {
    const other = await planOf(capacity);
    assert.deepEqual(await other.multiply(a.subarray(0, capacity * INNER)), all.subarray(0, capacity * COLUMNS), `for ${capacity} rows`);
    other.destroy();
  }
});

test("GPUs take slices for NT in plans of up to 64 rows, and nothing else competes with them", () => {
  const waysOf = (layout: Layout, capacity: number, traits = { ...device, software: false }): string[] => {
    const traced = trace(() => matmul(input("a", [runScalar("rows", capacity), 8]), input("b", [8, 8]), { layout }));
    return traced.trace.nodes[0]!.tune!(traits).flatMap(({ candidates }) => candidates.map(({ name }) => name));
  };
  for (const capacity of [1, 64]) assert.deepEqual(waysOf("NT", capacity), ["sliced"]);
  assert.ok(waysOf("NT", 65).every((name) => name.startsWith("tiled")));
  assert.ok(waysOf("NN", 64).every((name) => name.startsWith("tiled")));
  assert.ok(!waysOf("NT", 64, { ...device, software: true }).includes("sliced"));
});

test("few columns are read by more invocations along K, as long as each finds two quads", () => {
  assert.equal(lanesAlongK({ columns: 151936, inner: 896 }), 32);
  assert.equal(lanesAlongK({ columns: 4864, inner: 896 }), 32);
  assert.equal(lanesAlongK({ columns: 896, inner: 4864 }), 128);
  assert.equal(lanesAlongK({ columns: 896, inner: 896 }), 64);
  assert.equal(lanesAlongK({ columns: 512, inner: 128 }), 32);
});

test("the sliced family says that it is for NT", () => {
  const { trace: traced } = trace(() => matmul(input("a", [2, 4]), input("b", [4, 3]), { layout: "NN", family: "sliced" }));
  assert.throws(() => traced.nodes[0]!.dispatches(device), /matmul layout is NN; it must be NT with the family sliced/);
});
