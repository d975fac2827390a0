import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { tokenStatistics } from "../../src/ops/token_statistics.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { tokenStatisticsCases } from "../../src/testing/ops/token_statistics.ts";
import { rowStatistics } from "../../src/testing/reference/token_statistics.ts";
import { normal } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, tokenStatisticsCases);

async function statistics(logits: readonly number[][], actions: readonly number[], inverseTemperature = 1): Promise<Float32Array> {
  const shape = [logits.length, logits[0]!.length];
  const [values] = await evaluate(
    device,
    () => [tokenStatistics(input("logits", shape), input("actions", [logits.length], "u32"), { inverseTemperature })],
    { inputs: { logits: Float32Array.from(logits.flat()), actions: Uint32Array.from(actions) } },
  );
  return values as Float32Array;
}

/** Rows that go from uniform to nearly certain; at the end 1 - p is 1e-7 and the effect 1e-12. */
for (const vocabulary of [5, 16, 300]) {
  test(`every column by itself keeps its digits, whether tokens are likely or not, V ${vocabulary}`, async () => {
    const noise = normal([24, vocabulary], 5, 0.5).data;
    const logits = Array.from({ length: 24 }, (_, row) =>
      Array.from({ length: vocabulary }, (_, j) => Math.fround(noise[row * vocabulary + j]! + (j === 1 ? row * 0.9 : 0) + 30)),
    );
    const actions = logits.map((_, row) => (row % 3 === 0 ? 0 : 1));
    const actual = await statistics(logits, actions);
    logits.forEach((row, n) => {
      const expected = rowStatistics(row, actions[n]!, 1);
      TOKEN_STATISTICS.fields.forEach((field, i) => {
        const error = Math.abs(actual[n * 4 + i]! - expected[i]!);
        // Entropy is a sum that begins with 1: it is right to the last places of that. The effect must keep them all, for its sign.
        const allowed = field === "effect" ? 3e-4 * Math.abs(expected[i]!) : 6e-7 + 2e-6 * Math.abs(expected[i]!);
        assert.ok(error < allowed, `${field} of row ${n}: ${actual[n * 4 + i]} instead of ${expected[i]}`);
      });
    });
  });
}

test("at any temperature a nearly certain token keeps the digits of 1 - p", async () => {
  const noise = normal([200, 5], 5, 0.5).data;
  const logits = Array.from({ length: 200 }, (_, row) =>
    Array.from({ length: 5 }, (_, j) => Math.fround(noise[row * 5 + j]! + (j === 1 ? 45 : 30))),
  );
  for (const inverseTemperature of [1 / 0.7, 0.9]) {
    const actual = await statistics(logits, Array(200).fill(1) as number[], inverseTemperature);
    logits.forEach((row, n) => {
      const others = row.filter((_, j) => j !== 1).map((value) => Math.exp((value - row[1]!) * inverseTemperature));
      const expected = -Math.log1p(others.reduce((a, b) => a + b, 0));
      assert.ok(Math.abs(actual[n * 4]! - expected) < 1e-4 * -expected, `logp of row ${n}: ${actual[n * 4]} instead of ${expected}`);
    });
  }
});

test("a uniform row has no entropy effect at all; a row does not depend on how many there are", async () => {
  const uniform = Array.from({ length: 7 }, () => 1.5);
  const other = [0, 1, 2, 3, 4, 5, 6];
  const several = await statistics([uniform, other, other], [3, 2, 5]);
  assert.equal(several[3], 0);
  assert.ok(relativeError(several.subarray(0, 2), [-Math.log(7), Math.log(7)]) < 1e-6);
  const alone = await statistics([other], [5]);
  assert.deepEqual([...several.subarray(8, 12)], [...alone]);
});

test("actions must be integers", async () => {
  const misused = evaluate(device, () => [tokenStatistics(input("l", [2, 3]), input("a", [2]), { inverseTemperature: 1 })]);
  await assert.rejects(misused, /token_statistics: given .* it needs logits \[N, V\] and actions \[N\] of u32/);
});
