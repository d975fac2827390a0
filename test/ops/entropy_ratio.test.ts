import assert from "node:assert/strict";
import { test } from "node:test";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { entropyRatioCase, entropyRatioCases } from "../../src/testing/ops/entropy_ratio.ts";
import { entropyRatioReference } from "../../src/testing/reference/entropy_ratio.ts";
import { given, records } from "../../src/testing/values.ts";
import { sharedDevice } from "../shared_device.ts";
import { assertCase, testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, entropyRatioCases);

test("entropy_ratio by hand: shares of the old entropy, and 1e-8 beside a vanishing one", async () => {
  // old entropy, entropy, whether 0.95 < ratio < 1.05 fails
  const tokens = [
    [1, 1, 0],
    [1, 0.96, 0],
    [1, 0.94, 1],
    [0.5, 0.52, 0],
    [0.5, 0.53, 1],
    [0, 0, 0],
    [0, 1e-9, 1],
    [0.5, Number.NaN, 1],
  ] as const;
  const rows = tokens.map(([, entropy]) => ({ entropy, mask: 1 }));
  const values = {
    statistics: records(TOKEN_STATISTICS, rows),
    token_inputs: records(TOKEN_INPUT, rows),
    old_entropy: given(
      [rows.length],
      tokens.map(([old]) => old),
    ),
    count: given([1], [0]),
  };
  const { outside, count } = entropyRatioReference(values, { low: 0.05, high: 0.05 });
  assert.deepEqual(
    [...outside],
    tokens.map(([, , expected]) => expected),
  );
  assert.equal(count[0], 4);
  await assertCase(device, entropyRatioCase("by hand", values, { low: 0.05, high: 0.05 }));
});
