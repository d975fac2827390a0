import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { crossEntropy } from "../../src/ops/cross_entropy.ts";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { crossEntropyCases } from "../../src/testing/ops/cross_entropy.ts";
import { given, normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, crossEntropyCases);

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
