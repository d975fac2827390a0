import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseCases, families } from "../../bench/suite.ts";
import { ops } from "../../src/ops/index.ts";

const all = Object.values(families).flat();

for (const name of Object.keys(ops)) {
  test(`${name} has a benchmark`, () => {
    const own = all.filter(({ op }) => op === name);
    assert.ok(own.length > 0, `add a case of ${name} to bench/cases`);
    for (const one of own) assert.equal(one.name.split(" ")[0], name);
  });
}

test("no two cases have the same name and shape, by which runs are compared", () => {
  const names = all.map(({ name, shape }) => `${name} ${shape}`);
  assert.deepEqual(names, [...new Set(names)]);
});

test("every case counts the bytes it moves, and operations unless it only copies", () => {
  for (const { name, flops, bytes } of all) {
    assert.ok(bytes > 0 && Number.isInteger(bytes), name);
    assert.ok(flops > 0 || ["embedding", "cache_write"].includes(name), name);
  }
});

test("words choose a family, or cases by parts of their names and shapes; a wrong one names what is near", () => {
  assert.deepEqual(chooseCases([]), all);
  assert.deepEqual(chooseCases(["norms"]), families.norms);
  assert.deepEqual(
    chooseCases(["matmul TN 512", "rope N", "512x512x512"]).map(({ name, shape }) => `${name} ${shape}`),
    ["matmul NN 512x512x512", "matmul NT 512x512x512", "matmul TN 512x512x512", "rope N2048 H4 D32", "rope N2048 H8/2 D64"],
  );
  assert.throws(() => chooseCases(["matmul", "layernorm"]), {
    message: /^no benchmark is called "layernorm"; near it are layer_norm, .*; --list shows all$/,
  });
});
