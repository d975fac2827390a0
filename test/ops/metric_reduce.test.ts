import assert from "node:assert/strict";
import { after, test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { metricReduce } from "../../src/ops/metric_reduce.ts";
import { BATCH_METRICS, TOKEN_INPUT, TOKEN_METRICS } from "../../src/ops/records.ts";
import { checkOp, type HostValues } from "../../src/testing/check_op.ts";
import { metricReduceReference } from "../../src/testing/reference/metric_reduce.ts";
import { given, normal, setRecord } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, everyMasked] of [
  [1, 2],
  [9, 3],
  [700, 7],
  [5, 1],
] as const) {
  test(`metric_reduce, ${rows} rows, one in ${everyMasked} outside the mask`, async () => {
    const metrics = normal([rows, TOKEN_METRICS.size], 1);
    const tokenInputs = normal([rows, TOKEN_INPUT.size], 2);
    for (let row = 0; row < rows; row += 1) {
      const counts = row % everyMasked !== everyMasked - 1;
      setRecord(tokenInputs, TOKEN_INPUT, row, { mask: counts ? 1 : 0 });
      const { logp_difference } = TOKEN_METRICS.read(metrics.data, row * TOKEN_METRICS.size);
      setRecord(metrics, TOKEN_METRICS, row, { logp_difference: Math.abs(logp_difference) });
      if (!counts) metrics.data.fill(Number.NaN, row * TOKEN_METRICS.size, (row + 1) * TOKEN_METRICS.size);
    }
    const inputs = {
      token_metrics: metrics,
      token_inputs: tokenInputs,
      into: given([BATCH_METRICS.size], Array(BATCH_METRICS.size).fill(3)),
    };
    const errors = await checkOp(device, {
      name: "metric_reduce",
      inputs,
      dynamicRows: ["token_metrics", "token_inputs"],
      op: (i) => ({ metrics: metricReduce(i.token_metrics!, i.token_inputs!, i.into!) }),
      reference: metricReduceReference,
    });
    assert.ok(errors.metrics! < 2e-6, `relative error ${errors.metrics} on ${device.name}`);
    await assertFields(inputs, rows);
  });
}

/** Each field by its own size, which the error relative to the largest of them would hide. */
async function assertFields({ token_metrics, token_inputs }: HostValues, rows: number): Promise<void> {
  const [metrics] = await evaluate(
    device,
    () => [metricReduce(input("token_metrics", [rows, TOKEN_METRICS.size]), input("token_inputs", [rows, TOKEN_INPUT.size]))],
    { inputs: { token_metrics: Float32Array.from(token_metrics!.data), token_inputs: Float32Array.from(token_inputs!.data) } },
  );
  const expected = BATCH_METRICS.read(metricReduceReference({ token_metrics: token_metrics!, token_inputs: token_inputs! }).metrics);
  for (const [field, value] of Object.entries(BATCH_METRICS.read(metrics!))) {
    const wanted = expected[field as keyof typeof expected];
    assert.ok(Math.abs(value - wanted) <= 2e-6 * (0.1 + Math.abs(wanted)), `${field} ${value} instead of ${wanted} on ${device.name}`);
  }
}
