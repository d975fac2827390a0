import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { philoxAnswers } from "../../src/testing/philox.ts";

const device = await openDevice();
after(() => device.destroy());

test("Philox4x32-10 gives the known answers of its authors", async () => {
  const { actual, expected } = await philoxAnswers(device);
  assert.deepEqual(actual, expected);
});
