import "../narrow_vectors.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { capacityOf, runScalar } from "../../src/graph/scalar.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { tilesFor } from "../../src/ops/matmul/families/tiled.ts";
import { matmul } from "../../src/ops/matmul/op.ts";
import { splitsFor } from "../../src/ops/matmul/problem.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { tileCases } from "../../src/testing/conformance/paths.ts";
import { operands } from "../../src/testing/ops/matmul.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { isSlowAdapter } from "../slow_adapter.ts";
import { testConformance } from "./op_cases.ts";

const device = await sharedDevice();

/** Larger ones take SwiftShader up to eight seconds to compile. */
const isSmallTile = ({ name }: { readonly name: string }): boolean => /^tile (16|32)x/.test(name);

testConformance(
  device,
  tileCases.filter((one) => isSmallTile(one) || !isSlowAdapter),
);

test("a long K is cut into parts whose number depends on the shape alone", () => {
  const batch = runScalar("rows", 4096);
  assert.equal(splitsFor("TN", { rows: 128, columns: 512, inner: batch }), 16);
  assert.equal(splitsFor("TN", { rows: 768, columns: 3072, inner: 4096 }), 1, "there are tiles enough");
  assert.equal(splitsFor("TN", { rows: 8, columns: 8, inner: 255 }), 1, "K is short");
  assert.equal(splitsFor("TN", { rows: 8, columns: 8, inner: 1 << 20 }), 32, "the most parts");
  assert.equal(splitsFor("NN", { rows: runScalar("rows", 256), columns: 896, inner: 151_936 }), 5, "the gradient of the head's input");
  assert.equal(splitsFor("NT", { rows: batch, columns: 896, inner: 4864 }), 1);
  assert.equal(splitsFor("NT", { rows: 128, columns: 896, inner: 4864 }), 4);
});

test("the parts of a sum take at most 32 MiB", () => {
  for (const [rows, columns] of [
    [64, 40_000],
    [16, 151_936],
    [1, 4e6],
  ] as const) {
    for (const layout of ["NN", "NT", "TN"] as const) {
      const parts = splitsFor(layout, { rows, columns, inner: 1 << 20 });
      assert.ok(parts === 1 || parts * rows * columns * 4 <= 32 << 20, `${parts} parts of ${rows} x ${columns}`);
    }
  }
});

for (const [rows, columns] of [
  [7, 9],
  [20, 24],
] as const) {
  test(`TN with K in parts, ${rows} x ${columns}: any number of rows of the batch, a bias and a residual, the same bits by any tile`, async () => {
    const capacity = 3 * 256 + 20;
    assert.equal(splitsFor("TN", { rows, columns, inner: capacity }), 3);
    for (const inner of [1, 64, 500, capacity]) {
      const { a, b } = operands("TN", [rows, columns, inner]);
      const values = { a, b, bias: normal([columns], 3), residual: normal([rows, columns], 4) };
      const results: Float32Array[] = [];
      for (const tile of ["32x32x32", "16x64x32"]) {
        const plan = await buildPlan(device, "parts", () => {
          const k = runScalar("k", capacity);
          const [bias, residual] = [input("bias", [columns]), input("residual", [rows, columns])];
          const options = { layout: "TN", family: "tiled", tile, bias, residual } as const;
          return { keep: [matmul(input("a", [k, rows]), input("b", [k, columns]), options)] };
        });
        assert.equal(plan.launches.launches.length, 2);
        plan.poison();
        const inputs = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Float32Array.from(value.data)]));
        plan.run({ scalars: { k: inner }, inputs });
        results.push((await plan.read(plan.result.keep))[0] as Float32Array);
        plan.destroy();
      }
      assert.ok(relativeError(results[0]!, matmulReference(values, "TN").y) < 1e-5, `K = ${inner}`);
      assert.deepEqual(results[0], results[1], `K = ${inner}`);
    }
  });
}

const limitsOf = (storage: number, invocations: number) =>
  ({ limits: { maxComputeWorkgroupStorageSize: storage, maxComputeInvocationsPerWorkgroup: invocations } }) as Parameters<
    typeof tilesFor
  >[1];

test("tiles that an adapter has no room for are not tried there", () => {
  const sizes = { rows: 4096, columns: 4096, inner: 512 };
  const tiles = (storage: number, invocations: number, rows = 4096) =>
    tilesFor({ sizes: { ...sizes, rows }, splits: 1 }, limitsOf(storage, invocations));
  assert.ok(tiles(32768, 256).includes("128x128x16"));
  assert.ok(!tiles(32768, 128).includes("128x128x16"));
  assert.ok(!tiles(16384, 256).includes("128x128x16"));
  for (const rows of [1, 64, 4096]) assert.ok(tiles(16384, 128, rows).length >= 3, "WebGPU's own limits have room");
});

test("the first tile is the largest of which there are enough for a large GPU", () => {
  const first = (rows: number, columns: number, splits = 1) =>
    tilesFor({ sizes: { rows, columns, inner: 1024 }, splits }, limitsOf(32768, 256))[0];
  assert.equal(first(4096, 4096), "128x128x16");
  assert.equal(first(2048, 768), "128x64x16");
  assert.equal(first(256, 896, 5), "128x64x16");
  assert.equal(first(1024, 256), "64x32x16");
  assert.equal(first(512, 256), "32x32x32");
  assert.equal(first(1024, 512), "64x64x16");
  assert.equal(first(16, 4096), "16x64x32");
});

test("what a family does not need gets no memory", () => {
  const { trace: traced } = trace(() => matmul(input("a", [600, 8]), input("b", [600, 12]), { layout: "TN", family: "tiled" }));
  const [node] = traced.nodes;
  const bound = new Set(node!.dispatches(device).flatMap(({ bindings }) => Object.values(bindings).map((tensor) => tensor.label)));
  assert.ok([...bound].some((label) => label.endsWith(".partials")));
  assert.ok(![...bound].some((label) => label.endsWith(".packed")));
  assert.equal(capacityOf(node!.outputs.partials!.shape[0]!), 2);
});
