import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { logitsGradient } from "../../src/ops/logits_gradient.ts";
import { tokenStatistics } from "../../src/ops/token_statistics.ts";
import { logitsGradientCases } from "../../src/testing/ops/logits_gradient.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, logitsGradientCases);

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
