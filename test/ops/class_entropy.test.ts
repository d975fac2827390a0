import assert from "node:assert/strict";
import { after, test } from "node:test";
import { loopIndex } from "../../src/control/loops.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { classEntropy } from "../../src/ops/class_entropy.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { classEntropyReference } from "../../src/testing/reference/class_entropy.ts";
import { normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, classes] of [
  [1, 2],
  [5, 3],
  [257, 2],
  [1300, 7],
] as const) {
  for (const writeEntropy of [true, false]) {
    test(`class_entropy, ${rows} rows, ${classes} classes, writeEntropy ${writeEntropy}`, async () => {
      const statistics = normal([rows, 4], 3);
      const tokenInputs = normal([rows, 6], 4);
      for (let row = 0; row < rows; row += 1) {
        // Neither all classes nor all rows count; the last class of many never occurs.
        const mask = row % 5 === 4 ? 0 : 1 + ((row * row) % Math.max(1, classes - 1));
        tokenInputs.data[row * 6 + 4] = mask;
        if (mask === 0) statistics.data.fill(Number.NaN, row * 4, row * 4 + 4);
      }
      const options = { classes, writeEntropy };
      const errors = await checkOp(device, {
        name: "class_entropy",
        inputs: { statistics, token_inputs: tokenInputs, control: normal([loopIndex(classes, "alpha")], 5, 0.1) },
        dynamicRows: ["statistics", "token_inputs"],
        op: (i) => ({ state: classEntropy(i.statistics!, i.token_inputs!, i.control!, options) }),
        reference: (inputs) => classEntropyReference(inputs, options),
      });
      assert.ok(errors.state! < 2e-6, `relative error ${errors.state} on ${device.name}`);
    });
  }
}
