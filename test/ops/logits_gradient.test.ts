import assert from "node:assert/strict";
import { after, test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { logitsGradient } from "../../src/ops/logits_gradient.ts";
import { tokenStatistics } from "../../src/ops/token_statistics.ts";
import { checkOp } from "../../src/testing/check_op.ts";
import { logitsGradientReference } from "../../src/testing/reference/logits_gradient.ts";
import { integers, normal } from "../../src/testing/values.ts";

const device = await openDevice();
after(() => device.destroy());

for (const [rows, vocabulary] of [
  [1, 3],
  [70, 16],
  [9, 37],
  [3, 262],
  [2, 520],
] as const) {
  test(`logits_gradient, ${rows} x ${vocabulary}`, async () => {
    const inverseTemperature = Math.fround(1 / 0.7);
    const errors = await checkOp(device, {
      name: "logits_gradient",
      inputs: {
        logits: normal([rows, vocabulary], 1, 2),
        actions: integers([rows], vocabulary, 2),
        coefficients: normal([rows, 2], 3),
      },
      dynamicRows: ["logits", "actions", "coefficients"],
      op: ({ logits, actions, coefficients }) => {
        const statistics = tokenStatistics(logits!, actions!, { inverseTemperature });
        const given = { actions: actions!, statistics, coefficients: coefficients!, inverseTemperature };
        return { logits: logitsGradient(logits!, given) };
      },
      reference: (inputs) => logitsGradientReference(inputs, inverseTemperature),
    });
    // 1 - p loses digits where a token is nearly certain, as in the single row of three.
    assert.ok(errors.logits! < 2e-5, `relative error ${errors.logits} on ${device.name}`);
  });
}

test("a row without coefficients becomes exact zeros, even where it held NaN", async () => {
  const rows = 3;
  const vocabulary = 6;
  const logits = new Float32Array(rows * vocabulary).fill(Number.NaN).fill(1, vocabulary, 2 * vocabulary);
  const [gradient] = await evaluate(
    device,
    () => {
      const [x, actions] = [input("logits", [rows, vocabulary]), input("actions", [rows], "u32")];
      const statistics = tokenStatistics(x, actions, { inverseTemperature: 1 });
      return [logitsGradient(x, { actions, statistics, coefficients: input("coefficients", [rows, 2]), inverseTemperature: 1 })];
    },
    { inputs: { logits, actions: Uint32Array.of(0, 1, 2), coefficients: Float32Array.of(0, 0, 1, 0, 0, 0) } },
  );
  const zeros = Array(vocabulary).fill(0);
  assert.deepEqual([...gradient!.subarray(0, vocabulary)], zeros);
  assert.deepEqual([...gradient!.subarray(2 * vocabulary)], zeros);
  assert.ok(Math.abs(gradient![vocabulary + 1]! - 5 / 6) < 1e-6);
});
