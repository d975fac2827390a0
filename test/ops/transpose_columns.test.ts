import assert from "node:assert/strict";
import { test } from "node:test";
import { input, trace } from "../../src/graph/trace.ts";
import { transposeColumns } from "../../src/ops/transpose_columns.ts";
import { transposeColumnsCases } from "../../src/testing/ops/transpose_columns.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, transposeColumnsCases);

test("transpose_columns says which lengths it can cut", () => {
  const cut = () => trace(() => transposeColumns(input("x", [2, 10]), { groups: 4, blocks: 3 }));
  assert.throws(cut, /transpose_columns: given x \[2, 10\]; it needs x \[N, C\], C a multiple of 4 x 3/);
});
