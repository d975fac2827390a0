import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { METRIC_FIELDS, metricReduce } from "../../src/ops/metric_reduce.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { metricReduceReference } from "../../src/testing/reference/metric_reduce.ts";
import { given, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, everyMasked] of [
  [1, 2],
  [9, 3],
  [700, 7],
  [5, 1],
] as const) {
  test(`metric_reduce, ${rows} rows, every ${everyMasked}. outside the mask`, async () => {
    const metrics = normal([rows, 8], 1);
    const tokenInputs = normal([rows, 6], 2);
    for (let row = 0; row < rows; row += 1) {
      const counts = row % everyMasked !== everyMasked - 1;
      tokenInputs.data[row * 6 + 4] = counts ? 1 : 0;
      if (!counts) metrics.data.fill(Number.NaN, row * 8, row * 8 + 8);
      metrics.data[row * 8 + 6] = Math.abs(metrics.data[row * 8 + 6]!);
    }
    const errors = await checkOp(device, {
      name: "metric_reduce",
      inputs: {
        token_metrics: metrics,
        token_inputs: tokenInputs,
        into: given([METRIC_FIELDS.length], Array(METRIC_FIELDS.length).fill(3)),
      },
      dynamicRows: ["token_metrics", "token_inputs"],
      op: (i) => ({ metrics: metricReduce(i.token_metrics!, i.token_inputs!, i.into!) }),
      reference: metricReduceReference,
    });
    assert.ok(errors.metrics! < 2e-6, `relative error ${errors.metrics} on ${device.name}`);
  });
}
