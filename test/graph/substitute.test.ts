import assert from "node:assert/strict";
import { test } from "node:test";
import { joinDispatches } from "../../src/graph/join.ts";
import { withTensors } from "../../src/graph/substitute.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { input, trace } from "../../src/graph/trace.ts";
import { columnSum } from "../../src/ops/column_sum.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

/** What the launches of two sums bind, once a function has put other tensors in the place of some. */
function boundBy(substitute: (tensor: Tensor) => Tensor): Tensor[][] {
  const { trace: traced } = trace(() => {
    for (const name of ["a", "b"]) columnSum(input(name, [5, 4]));
  });
  const nodes = traced.nodes.map((node) => withTensors(node, substitute));
  const launches = joinDispatches(nodes.flatMap((node) => node.dispatches(device).map((dispatch) => ({ node, dispatch }))));
  return launches.map(({ dispatch }) => Object.values(dispatch.bindings));
}

test("launches that are joined bind the tensors that were put in the place of others", () => {
  const { result: other } = trace(() => input("other", [5, 4]));
  for (const name of ["a", "b"]) {
    const bound = boundBy((tensor) => (tensor.label === name ? other : tensor));
    assert.equal(bound.length, 2);
    assert.ok(bound.flat().every(({ label }) => label !== name) && bound.flat().includes(other), name);
  }
});

test("launches whose tensors stay are joined", () => {
  assert.equal(boundBy((tensor) => tensor).length, 1);
});
