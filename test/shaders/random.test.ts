import assert from "node:assert/strict";
import { test } from "node:test";
import { philoxAnswers } from "../../src/testing/philox.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

test("Philox4x32-10 gives the known answers of its authors", async () => {
  const { actual, expected } = await philoxAnswers(device);
  assert.deepEqual(actual, expected);
});
