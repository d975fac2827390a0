import assert from "node:assert/strict";
import { test } from "node:test";
import { runScalar } from "../../src/graph/scalar.ts";
import { externalTensor, reshape, rowsOf } from "../../src/graph/tensor.ts";
import { currentTrace, input, scope, trace } from "../../src/graph/trace.ts";
import { add } from "../../src/ops/add.ts";
import { rmsNorm } from "../../src/ops/rms_norm.ts";

test("an op outside of a trace says what to do", () => {
  const { result: x } = trace(() => input("x", [2, 3]));
  assert.throws(() => add(x, x), /operations can be called only while tracing; wrap the call in buildPlan/);
  assert.throws(() => input("x", [2, 3]), /only while tracing/);
});

test("a shape error names the op, what was given, what is needed, and the scope", () => {
  const build = (): unknown =>
    scope("layers.0", () => scope("input_layernorm", () => rmsNorm(input("x", [runScalar("rows", 9), 4]), input("weight", [5]), 1e-6)));
  assert.throws(
    () => trace(build),
    /^Error: rms_norm: given x \[rows, 4\], weight \[5\]; it needs x \[N, C\] and weight \[C\]\n {2}while tracing layers\.0\.input_layernorm$/,
  );
});

test("an error leaves no scope and no trace behind", () => {
  assert.throws(() => trace(() => scope("broken", () => add(input("a", [1]), input("b", [2])))), /while tracing broken$/);
  assert.throws(() => currentTrace(), /only while tracing/);
  const { trace: fresh } = trace(() => scope("whole", () => add(input("a", [2]), input("b", [2]))));
  assert.deepEqual(
    fresh.nodes.map((node) => node.label),
    ["add whole"],
  );
  assert.throws(() => trace(() => add(input("a", [1]), input("b", [2]))), /it needs equal shapes$/);
});

test("an input is one tensor however often it is asked for, and a trace inside a trace is its own", () => {
  const { trace: outer } = trace(() => {
    assert.equal(input("x", [2]), input("x", [2]));
    const { trace: inner } = trace(() => add(input("y", [1]), input("y", [1])));
    assert.equal(inner.nodes.length, 1);
    return add(input("x", [2]), input("x", [2]));
  });
  assert.equal(outer.nodes.length, 1);
  assert.deepEqual([...outer.inputs.keys()], ["x"]);
});

test("an op on a parameter is labelled by it", () => {
  const weight = externalTensor("model.norm.weight", { buffer: {} as GPUBuffer, offset: 0, size: 16 }, [4]);
  const { trace: traced } = trace(() => scope("norm", () => rmsNorm(input("x", [2, 4]), weight, 1e-6)));
  assert.equal(traced.nodes[0]!.label, "rms_norm model.norm.weight");
});

test("views share storage; rows must begin at a multiple of 256 bytes", () => {
  trace(() => {
    const x = input("x", [128, 3]);
    assert.equal(reshape(x, [384]).storage, x.storage);
    const rest = rowsOf(x, 64, 10);
    assert.deepEqual([rest.offset, rest.shape, rest.storage === x.storage], [768, [10, 3], true]);
    assert.throws(() => rowsOf(x, 3, 10), /rows of x \[128, 3\] from 3 start at byte 36, not a multiple of 256/);
    assert.throws(() => input("n", [runScalar("rows", 4), 3]).size(0), /dimension 0 of n \[rows, 3\] is not static/);
  });
});
