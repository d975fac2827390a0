import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRandomOptions } from "../random_options.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

test("random options inside their ranges end in finite weights or in skipped steps", async () => {
  const trained = await checkRandomOptions(device, { runs: 10, seed: 7 });
  assert.ok(trained >= 5, `${trained} of 10 trained; the others contradicted themselves`);
});
