import assert from "node:assert/strict";
import { test } from "node:test";
import { joinDispatches } from "../../src/graph/join.ts";
import { type Storage, Tensor } from "../../src/graph/tensor.ts";
import type { Dispatch, Node } from "../../src/graph/trace.ts";

const node: Node = { op: "op", label: "op", scope: "", inputs: {}, outputs: {}, dispatches: () => [], backward: undefined };

function tensor(label: string, window?: Storage["window"]): Tensor {
  const storage: Storage = { kind: window ? "external" : "slot", label, bytes: 16, ...(window ? { window } : {}) };
  return new Tensor({ shape: [4], storage, label });
}

/** A dispatch named after the sums that it holds, which takes up to two. */
function sum(name: string, ...tensors: readonly Tensor[]): Dispatch {
  const dispatch: Dispatch = { kernel: name, bindings: Object.fromEntries(tensors.entries()), workgroups: 1 };
  const join = (later: Dispatch): Dispatch | undefined => {
    if (!later.join || name.length + String(later.kernel).length > 2) return undefined;
    return sum(name + later.kernel, ...tensors, ...Object.values(later.bindings));
  };
  return { ...dispatch, join };
}

function other(name: string, ...tensors: readonly Tensor[]): Dispatch {
  return { kernel: name, bindings: Object.fromEntries(tensors.entries()), workgroups: 1 };
}

function orderOf(...dispatches: readonly Dispatch[]): string {
  return joinDispatches(dispatches.map((dispatch) => ({ node, dispatch })))
    .map(({ dispatch }) => dispatch.kernel)
    .join(" ");
}

const [p, q, r, x] = ["p", "q", "r", "x"].map((label) => tensor(label)) as [Tensor, Tensor, Tensor, Tensor];

test("a launch waits for others of its kind, as many as one launch takes", () => {
  assert.equal(orderOf(sum("A", p), other("one", x), sum("B", q), sum("C", r), other("two", x)), "one AB two C");
});

test("a launch goes before the first one that binds its memory", () => {
  assert.equal(orderOf(sum("A", p), other("reads", p, x), sum("B", q)), "A reads B");
  assert.equal(orderOf(sum("A", p), sum("B", p)), "A B");
});

test("windows that lie over one another are the same memory", () => {
  const buffer = {} as GPUBuffer;
  const at = (offset: number, size: number) => tensor(`${offset}`, { buffer, offset, size });
  assert.equal(orderOf(sum("A", at(0, 256)), other("all", at(0, 1024)), sum("B", at(256, 256))), "A all B");
  assert.equal(orderOf(sum("A", at(0, 256)), other("beside", at(256, 256)), sum("B", at(512, 256))), "beside AB");
  const elsewhere = tensor("elsewhere", { buffer: {} as GPUBuffer, offset: 0, size: 256 });
  assert.equal(orderOf(sum("A", at(0, 256)), other("elsewhere", elsewhere), sum("B", q)), "elsewhere AB");
});
