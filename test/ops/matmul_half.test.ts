import assert from "node:assert/strict";
import { test } from "node:test";
import { matmul } from "../../src/ops/matmul/op.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { matmulHalfCases } from "../../src/testing/ops/matmul_half.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, matmulHalfCases);

test("too few halves are refused", async () => {
  const check = checkOp(device, {
    name: "matmul",
    inputs: { a: normal([2, 3], 1), b: normal([5, 3], 2), half: { shape: [7], data: new Float64Array(7), dtype: "u32" } },
    op: (i) => ({ y: matmul(i.a!, { tensor: i.b!, half: i.half! }, { layout: "NT" }) }),
    reference: (inputs) => matmulReference(inputs, "NT"),
  });
  await assert.rejects(check, /matmul NT: given .* as many halves as b has elements/);
});
