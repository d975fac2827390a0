import assert from "node:assert/strict";
import { test } from "node:test";
import { input, trace } from "../../src/graph/trace.ts";
import { copyColumns } from "../../src/ops/copy_columns.ts";
import { copyColumnsCases } from "../../src/testing/ops/copy_columns.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, copyColumnsCases);

test("a window that does not fit is refused", () => {
  const copy = () => trace(() => copyColumns(input("x", [2, 5]), { from: 3, to: 0, count: 3, width: 4 }));
  assert.throws(copy, /copy_columns: given x \[2, 5\]; it needs columns 3 to 6 of x, and room for them from 0 of 4/);
});
