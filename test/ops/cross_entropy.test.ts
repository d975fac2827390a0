import assert from "node:assert/strict";
import { after, test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { crossEntropy, crossEntropyOp } from "../../src/ops/cross_entropy.ts";
import { TOKEN_INPUT, TOKEN_METRICS, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { checkOp, type HostValues } from "../../src/testing/check_op.ts";
import { crossEntropyReference } from "../../src/testing/reference/cross_entropy.ts";
import { metricReduceReference } from "../../src/testing/reference/metric_reduce.ts";
import { given, normal, setRecord } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const rows of [1, 300]) {
  test(`cross_entropy, ${rows} rows, every third of no weight`, async () => {
    const statistics = normal([rows, TOKEN_STATISTICS.size], 1);
    const tokenInputs = normal([rows, TOKEN_INPUT.size], 2);
    for (let row = 0; row < rows; row += 1) {
      const isPrompt = row % 3 === 2;
      setRecord(tokenInputs, TOKEN_INPUT, row, isPrompt ? { mask: 0, weight: 0 } : { mask: 1 });
      if (isPrompt) statistics.data.fill(Number.NaN, row * TOKEN_STATISTICS.size, (row + 1) * TOKEN_STATISTICS.size);
    }
    const inputs = { statistics, token_inputs: tokenInputs };
    const metricsOf = (i: HostValues): { metrics: Float64Array } => {
      const token_metrics = given([rows, TOKEN_METRICS.size], [...crossEntropyReference(i).token_metrics]);
      return metricReduceReference({ ...i, token_metrics });
    };
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
      op: (i) => ({ metrics: crossEntropy(i.statistics!, i.token_inputs!).metrics }),
      reference: metricsOf,
    });
    for (const [name, error] of Object.entries({ ...errors, ...sums })) assert.ok(error < 5e-6, `${name}: relative error ${error}`);
  });
}

test("a token whose logp is not finite gives NaN, so that the step is skipped", async () => {
  for (const logp of [Number.NaN, Number.NEGATIVE_INFINITY]) {
    const statistics = Float32Array.from(TOKEN_STATISTICS.pack({ logp, entropy: 1 }));
    const token_inputs = Float32Array.from(TOKEN_INPUT.pack({ mask: 1, weight: 0.5 }));
    const traced = () => {
      const made = crossEntropy(input("statistics", [1, TOKEN_STATISTICS.size]), input("token_inputs", [1, TOKEN_INPUT.size]));
      return [made.coefficients, made.metrics];
    };
    const [coefficients, metrics] = await evaluate(device, traced, { inputs: { statistics, token_inputs } });
    assert.ok(Number.isNaN(coefficients![0]), `slope ${coefficients![0]} of logp ${logp}`);
    assert.ok(Number.isNaN(metrics![0]), `loss ${metrics![0]} of logp ${logp}`);
  }
});

test("statistics without four columns are refused", async () => {
  const check = checkOp(device, {
    name: "refused",
    inputs: { statistics: given([1, 1], [0]), token_inputs: normal([1, TOKEN_INPUT.size], 1) },
    op: (i) => ({ metrics: crossEntropy(i.statistics!, i.token_inputs!).metrics }),
    reference: () => ({ metrics: new Float64Array(1) }),
  });
  await assert.rejects(check, /cross_entropy: given .* it needs statistics with 4 numbers a row/);
});
