import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { fromHalf } from "../../src/ops/from_half.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { fromHalfReference } from "../../src/testing/reference/from_half.ts";
import { given } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

test("from_half is exact, the low half of a word first", async () => {
  // 1 and -2; the largest; a subnormal beside 0.333; zeros.
  const words = [0xc0003c00, 0xfbff7bff, 0x35550001, 0];
  const errors = await checkOp(device, {
    name: "from_half",
    inputs: { half: given([2, 2], words, "u32") },
    dynamicRows: ["half"],
    op: ({ half }) => ({ y: fromHalf(half!) }),
    reference: fromHalfReference,
  });
  assert.equal(errors.y, 0);
});
