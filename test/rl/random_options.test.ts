import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { checkRandomOptions } from "../random_options.ts";

const device = await openDevice();
after(() => device.destroy());

test("random options inside their ranges end in finite weights or in skipped steps", async () => {
  const trained = await checkRandomOptions(device, { runs: 10, seed: 7 });
  assert.ok(trained >= 5, `${trained} of 10 trained; the others contradicted themselves`);
});
