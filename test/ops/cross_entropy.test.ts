import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { crossEntropy } from "../../src/ops/cross_entropy.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { crossEntropyCases } from "../../src/testing/ops/cross_entropy.ts";
import { given, normal } from "../../src/testing/values.ts";
import { testCases } from "./op_cases.ts";

const device = await openDevice();
after(() => device.destroy());

testCases(device, crossEntropyCases);

test("statistics without four columns are refused", async () => {
  const check = checkOp(device, {
    name: "refused",
    inputs: { statistics: given([1, 1], [0]), token_inputs: normal([1, TOKEN_INPUT.size], 1) },
    op: (i) => ({ metrics: crossEntropy(i.statistics!, i.token_inputs!).metrics }),
    reference: () => ({ metrics: new Float64Array(1) }),
  });
  await assert.rejects(check, /cross_entropy: given .* it needs statistics with 4 numbers a row/);
});
