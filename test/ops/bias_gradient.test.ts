import "../narrow_vectors.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { questionOf } from "../../src/ops/matmul/choose.ts";
import { type MatmulFamily, matmulOp } from "../../src/ops/matmul/op.ts";
import type { MatmulAttributes, MatmulCall } from "../../src/ops/matmul/problem.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { operands } from "../../src/testing/ops/matmul.ts";
import { columnSumReference } from "../../src/testing/reference/column_sum.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

interface Options extends Pick<MatmulAttributes, "family" | "tile"> {
  readonly of: "a" | "b";
  readonly accumulate: number;
  readonly residual?: boolean;
}

/**
 * A weight's gradient [rows, columns] of `inner` rows of a batch, with a residual of ones where it is asked for, and a bias's beside it that is
 * added onto memory full of 3.
 */
async function gradients([rows, columns, inner]: readonly [number, number, number], capacity: number, options: Options) {
  const { of, accumulate, residual = false, ...others } = options;
  const { a, b } = operands("TN", [rows, columns, inner]);
  const length = of === "a" ? rows : columns;
  const plan = await buildPlan(device, "gradients", () => {
    const k = runScalar("k", capacity);
    const onto = input("onto", [length + 1]);
    const operands = { a: input("a", [k, rows]), b: input("b", [k, columns]) };
    const added = residual ? input("residual", [rows, columns]) : undefined;
    const { y } = matmulOp(
      { ...operands, grad_bias_onto: onto, residual: added },
      { layout: "TN", accumulate: 0, gradBias: { of, accumulate }, ...others },
    );
    return { keep: [y], onto };
  });
  plan.poison();
  const padded = (data: Float64Array, width: number): Float32Array => {
    const values = new Float32Array(capacity * width).fill(Number.NaN);
    values.set(data);
    return values;
  };
  const inputs = { a: padded(a.data, rows), b: padded(b.data, columns), onto: new Float32Array(length + 1).fill(3) };
  const ones: Record<string, Float32Array> = residual ? { residual: new Float32Array(rows * columns).fill(1) } : {};
  plan.run({ scalars: { k: inner }, inputs: { ...inputs, ...ones } });
  const [y, bias] = (await plan.read([...plan.result.keep, plan.result.onto])) as [Float32Array, Float32Array];
  const dispatches = plan.launches.launches.map(({ kernel }) => kernel.id);
  plan.destroy();
  const sums = columnSumReference({ x: of === "a" ? a : b }).y;
  return {
    y,
    bias,
    dispatches,
    expected: {
      y: matmulReference({ a, b }, "TN").y.map((value) => value + Number(residual)),
      bias: sums.map((sum) => sum + 3 * accumulate),
    },
  };
}

const FAMILIES: readonly MatmulFamily[] = device.subgroups ? ["subgroup", "register", "tiled"] : ["register", "tiled"];

for (const family of FAMILIES) {
  test(`a bias's gradient by ${family}: accumulate 0 overwrites, 1 adds, no rows are a sum of nothing, and nothing else is written`, async () => {
    for (const [of, shape] of [
      ["a", [21, 9, 45]],
      ["a", [21, 9, 0]],
      ["b", [8, 36, 45]],
      ["b", [8, 36, 0]],
    ] as const) {
      for (const accumulate of [0, 1]) {
        const { y, bias, expected } = await gradients(shape, 50, { family, of, accumulate });
        const where = `of ${of}, accumulate ${accumulate}`;
        assert.ok(relativeError(y, expected.y) < 1e-5, where);
        assert.ok(relativeError(bias.subarray(0, -1), expected.bias) < 1e-5, where);
        assert.equal(bias.at(-1), 3, `${where}: the value behind the bias was written`);
      }
    }
  });
}

test("a bias's gradient has the same bits by any tile, with K in parts", async () => {
  const capacity = 3 * 256 + 20;
  for (const inner of [1, 300, capacity]) {
    const results: Float32Array[] = [];
    for (const tile of ["16x64x32", "32x32x32"]) {
      const found = await gradients([70, 9, inner], capacity, { family: "tiled", tile, of: "a", accumulate: 1 });
      assert.ok(found.dispatches.length > 1, "K was not cut into parts");
      assert.ok(relativeError(found.bias.subarray(0, -1), found.expected.bias) < 1e-5, `${tile}, K = ${inner}`);
      assert.ok(relativeError(found.y, found.expected.y) < 1e-5, `${tile}, K = ${inner}`);
      results.push(found.bias);
    }
    assert.deepEqual(results[1], results[0], `K = ${inner}`);
  }
});

test("the kernel that ends a product in parts adds up the parts of a bias's gradient, too", async () => {
  for (const [of, shape] of [
    ["a", [22, 9, 520]],
    ["b", [16, 24, 520]],
  ] as const) {
    const { y, bias, dispatches, expected } = await gradients(shape, 530, { family: "tiled", of, accumulate: 1, residual: true });
    assert.deepEqual(dispatches, ["matmul/tiled", "matmul/split_k_reduce"]);
    assert.ok(relativeError(y, expected.y) < 1e-5, of);
    assert.ok(relativeError(bias.subarray(0, -1), expected.bias) < 1e-5, of);
    assert.equal(bias.at(-1), 3, `${of}: the value behind the bias was written`);
  }
});

test("matrix instructions, which make no gradient of a bias, are not tried for it", () => {
  const matrix = { component: "f32", height: 8, width: 8, depth: 8, lanes: 32, emulated: false } as const;
  const hardware: typeof device = { ...device, software: false, subgroupMatrices: [matrix] };
  const namesOf = (gradBias: MatmulAttributes["gradBias"]): string[] => {
    const { trace: traced } = trace(() => {
      const [a, b] = [input("a", [64, 32]), input("b", [64, 16])];
      return matmulOp({ a, b }, { layout: "TN", accumulate: 0, gradBias });
    });
    const { inputs, outputs } = traced.nodes[0]!;
    const call = { inputs, outputs, attributes: { layout: "TN", accumulate: 0, gradBias } } as unknown as MatmulCall;
    return Object.keys(questionOf(call, hardware).ways);
  };
  assert.ok(namesOf(undefined).some((name) => name.includes("matrices")));
  assert.ok(!namesOf({ of: "a", accumulate: 0 }).some((name) => name.includes("matrices")));
});
