import assert from "node:assert/strict";
import { test } from "node:test";
import { entropySelectCase, entropySelectCases, entropyTokens } from "../../src/testing/ops/entropy_select.ts";
import { entropySelectReference } from "../../src/testing/reference/entropy_select.ts";
import { sharedDevice } from "../shared_device.ts";
import { assertCase, testCases } from "./op_cases.ts";

const device = await sharedDevice();

testCases(device, entropySelectCases);

test("entropy_select by hand: the fifth of the tokens with the highest entropy, the first rows of equal ones, and no prompt", async () => {
  const entropies = [0.1, 1.5, 0.3, Number.NaN, 1.5, 0.2, 2, 1.5, 0, 0.5, 0.1, Number.NaN];
  // 10 tokens: 2 of them, and then 3 of which two are equal to a third one.
  for (const [fraction, rows, least] of [
    [0.2, [1, 6], 1.5],
    [0.3, [1, 4, 6], 1.5],
    [0.05, [6], 2],
    [0.5, [1, 4, 6, 7, 9], 0.5],
  ] as const) {
    const values = entropyTokens(entropies);
    const { selected, learning } = entropySelectReference(values, { fraction });
    assert.deepEqual(
      Array.from(selected, (value, row) => (value === 1 ? row : -1)).filter((row) => row >= 0),
      rows,
    );
    assert.deepEqual([...learning], [rows.length, least]);
    await assertCase(device, entropySelectCase(`${fraction} by hand`, values, { fraction }));
  }
  await assertCase(device, entropySelectCase("prompts alone", entropyTokens([Number.NaN, Number.NaN]), { fraction: 0.5 }));
});
