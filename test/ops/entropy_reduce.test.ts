import assert from "node:assert/strict";
import { test } from "node:test";
import { entropyReduce } from "../../src/ops/entropy_reduce.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { entropyReduceCases } from "../../src/testing/ops/entropy_reduce.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, entropyReduceCases);

for (const [what, width, floats, message] of [
  ["statistics of the wrong width", 3, 26, /entropy_reduce: given statistics \[1, 3\].* it needs statistics with 4 numbers a row/],
  ["a state without loops", 4, 7, /entropy_reduce: given .*control \[7\].* it needs control with 7 numbers and 25 for each loop/],
] as const) {
  test(`${what} is refused`, async () => {
    const check = checkOp(device, {
      name: "refused",
      inputs: { statistics: normal([1, width], 1), token_inputs: normal([1, TOKEN_INPUT.size], 1), control: normal([floats], 1) },
      op: (i) => ({
        control: entropyReduce(
          { statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control! },
          { gate: "probability", tau: 0.5 },
        ),
      }),
      reference: () => ({ control: new Float64Array(floats) }),
    });
    await assert.rejects(check, message);
  });
}

test("sums of silent tokens for another number of classes are refused", async () => {
  const check = checkOp(device, {
    name: "refused",
    inputs: {
      statistics: normal([1, 4], 1),
      token_inputs: normal([1, TOKEN_INPUT.size], 1),
      control: normal([32], 1),
      silent_sums: normal([2, 2], 1),
    },
    op: (i) => ({
      control: entropyReduce(
        { statistics: i.statistics!, tokenInputs: i.token_inputs!, control: i.control!, silentSums: i.silent_sums },
        { gate: "probability", tau: 0.5 },
      ),
    }),
    reference: () => ({ control: new Float64Array(32) }),
  });
  await assert.rejects(check, /entropy_reduce: given .* it needs silent_sums \[1, 2\]/);
});
