import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { CACHE_STORAGE, cacheTensor } from "../../src/ops/cache_storage.ts";
import { cacheWrite } from "../../src/ops/cache_write.ts";
import { packedWidth } from "../../src/ops/heads.ts";
import { rope } from "../../src/ops/rope.ts";
import { ropeTable } from "../../src/ops/rope_table.ts";
import { ropeCacheWriteCases } from "../../src/testing/ops/rope_cache_write.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, ropeCacheWriteCases);

const layout = { heads: 2, keyValueHeads: 1, headDim: 8 };

/** The nodes and values of a plan that rotates and writes. `apart`: the positions are given to the two ops under two names. */
async function rotateAndWrite(storage: "f32" | "f16", { apart, headDim }: { readonly apart: boolean; readonly headDim: number }) {
  const own = { ...layout, headDim };
  const cacheSpec = cacheTensor(10, own, storage);
  const plan = await buildPlan(device, "rotate and write", () => {
    const rows = runScalar("rows", 9);
    const u32 = (name: string) => input(name, [rows], "u32");
    const rotated = rope(input("x", [rows, packedWidth(own)]), u32("positions"), input("table", [5, headDim]), own);
    const [cacheKeys, cacheValues] = ["keys", "values"].map((name) => input(name, cacheSpec.shape, cacheSpec.dtype)) as [never, never];
    const positions = apart ? u32("the same positions") : u32("positions");
    const written = cacheWrite(rotated, { cacheKeys, cacheValues, positions, origin: u32("origin") }, own);
    return { keep: [rotated, written.cacheKeys, written.cacheValues] };
  });
  const positions = Uint32Array.of(4, 0, 2);
  plan.run({
    scalars: { rows: 3 },
    inputs: {
      x: Float32Array.from(normal([3, packedWidth(own)], 1).data),
      positions,
      ...(apart ? { "the same positions": positions } : {}),
      table: ropeTable({ positions: 5, headDim, theta: 100 }),
      origin: Uint32Array.of(0, 5, 5),
    },
  });
  const [rotated, ...caches] = await plan.read(plan.result.keep);
  plan.destroy();
  const ops = plan.nodes.map(({ op }) => op);
  return { ops, values: [rotated!.slice(0, 3 * packedWidth(own)), ...caches] };
}

for (const storage of CACHE_STORAGE) {
  test(`a plan rotates and writes to a cache of ${storage} by one kernel, with the bits of two`, async () => {
    const together = await rotateAndWrite(storage, { apart: false, headDim: 8 });
    const apart = await rotateAndWrite(storage, { apart: true, headDim: 8 });
    assert.deepEqual(together.ops, ["rope_cache_write"]);
    assert.deepEqual(apart.ops, ["rope", "cache_write"]);
    assert.deepEqual(together.values, apart.values);
  });
}

test("halves of a head that are no multiple of 4 are rotated before they are written in 16 bits", async () => {
  const { ops } = await rotateAndWrite("f16", { apart: false, headDim: 12 });
  assert.deepEqual(ops, ["rope", "cache_write"]);
});
