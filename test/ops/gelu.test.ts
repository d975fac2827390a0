import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { type GeluForm, gelu } from "../../src/ops/gelu.ts";
import { geluBackwardOp } from "../../src/ops/gelu_backward.ts";
import { geluCases } from "../../src/testing/ops/gelu.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, geluCases);

test("the exact form takes infinities to its limits, and NaN stays NaN", async () => {
  const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: NOT_A_NUMBER } = Number;
  const x = Float32Array.of(NEGATIVE_INFINITY, -3e38, 3e38, POSITIVE_INFINITY, NOT_A_NUMBER);
  const [values] = await evaluate(device, () => [gelu(input("x", [x.length]), "erf")], { inputs: { x } });
  assert.deepEqual([...values!].slice(2), [...x].slice(2));
  for (const value of [...values!].slice(0, 2)) assert.ok(Math.abs(value) < 1e-4, `${value} instead of 0`);
  const [slopes] = await evaluate(
    device,
    () => [geluBackwardOp({ x: input("x", [4]), grad_y: input("grad_y", [4]) }, { form: "erf" }).grad_x],
    { inputs: { x: x.slice(0, 4), grad_y: Float32Array.of(1, 1, 1, 1) } },
  );
  for (const [i, slope] of [...slopes!].entries()) assert.ok(Math.abs(slope - (i < 2 ? 0 : 1)) < 1e-30, `${slope} at ${x[i]}`);
});

test("forms have names", () => {
  assert.throws(() => gelu({} as never, "exact" as GeluForm), /^EngineError: gelu: form is exact; it must be tanh or erf$/);
});
