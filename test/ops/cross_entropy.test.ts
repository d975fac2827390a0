import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { crossEntropy, crossEntropyOp } from "../../src/ops/cross_entropy.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { crossEntropyReference } from "../../src/testing/reference/cross_entropy.ts";
import { given, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const rows of [1, 300]) {
  test(`cross_entropy, ${rows} rows, every third of no weight`, async () => {
    const statistics = normal([rows, 4], 1);
    const tokenInputs = normal([rows, 6], 2);
    for (let row = 0; row < rows; row += 1) {
      tokenInputs.data[row * 6 + 4] = row % 3 === 2 ? 0 : 1;
      if (row % 3 === 2) {
        tokenInputs.data[row * 6 + 3] = 0;
        statistics.data.fill(Number.NaN, row * 4, row * 4 + 4);
      }
    }
    const inputs = { statistics, token_inputs: tokenInputs };
    const total = (metrics: Float64Array): number => metrics.reduce((sum, value, i) => (i % 8 === 0 ? sum + value : sum), 0);
    const errors = await checkOp(device, {
      name: "cross_entropy",
      inputs,
      dynamicRows: ["statistics", "token_inputs"],
      op: (i) => ({ ...crossEntropyOp({ statistics: i.statistics!, token_inputs: i.token_inputs! }, {}) }),
      reference: crossEntropyReference,
    });
    const sums = await checkOp(device, {
      name: "cross_entropy",
      inputs,
      dynamicRows: ["statistics", "token_inputs"],
      op: (i) => ({ loss: crossEntropy(i.statistics!, i.token_inputs!).loss }),
      reference: (i) => ({ loss: Float64Array.of(total(crossEntropyReference(i).token_metrics)) }),
    });
    for (const [name, error] of Object.entries({ ...errors, ...sums })) assert.ok(error < 5e-6, `${name}: relative error ${error}`);
  });
}

test("statistics without four columns are refused", async () => {
  const check = checkOp(device, {
    name: "refused",
    inputs: { statistics: given([1, 1], [0]), token_inputs: normal([1, 6], 1) },
    op: (i) => ({ loss: crossEntropy(i.statistics!, i.token_inputs!).loss }),
    reference: () => ({ loss: new Float64Array(1) }),
  });
  await assert.rejects(check, /cross_entropy: given .* it needs statistics with 4 numbers a row/);
});
