import assert from "node:assert/strict";
import { after, test } from "node:test";
import { runScalar } from "../../src/graph/scalar.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { addOnto } from "../../src/ops/add_onto.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { addOntoReference } from "../../src/testing/reference/add_onto.ts";
import { given, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const shape of [[1], [7, 13], [64, 4]]) {
  for (const accumulate of [0, 1]) {
    test(`add_onto of [${shape}], accumulate ${accumulate}`, async () => {
      const errors = await checkOp(device, {
        name: "add_onto",
        inputs: { x: normal(shape, 1), y: normal(shape, 2) },
        op: ({ x, y }) => ({ y: addOnto({ onto: y!, accumulate }, x!) }),
        reference: (inputs) => addOntoReference(inputs, accumulate),
      });
      assert.ok(errors.y! < 1e-6, `y: relative error ${errors.y} on ${device.name}`);
    });
  }
}

test("add_onto overwrites what was not finite when it does not accumulate", async () => {
  const errors = await checkOp(device, {
    name: "add_onto",
    inputs: { x: given([2], [1, 2]), y: given([2], [Number.NaN, Number.POSITIVE_INFINITY]) },
    op: ({ x, y }) => ({ y: addOnto({ onto: y!, accumulate: runScalar("rows", 9) }, x!) }),
    reference: (inputs) => addOntoReference(inputs, 0),
  });
  assert.equal(errors.y, 0);
});
