import assert from "node:assert/strict";
import { test } from "node:test";
import { promptRoom } from "../../../src/rl/sampling/sampler_for.ts";

test("there is room for twice the prompts that sequences take together, and never for more than there are sequences", () => {
  assert.deepEqual(promptRoom(256, 8, 10), { promptSlots: 64, promptRows: 640 });
  assert.deepEqual(promptRoom(7, 4, 10), { promptSlots: 4, promptRows: 40 });
  assert.deepEqual(promptRoom(6, 1, 10), { promptSlots: 6, promptRows: 60 });
  assert.deepEqual(promptRoom(3, 8, 10), { promptSlots: 2, promptRows: 20 });
});

test("a pass reads 2,048 rows of prompts at most, or one prompt that is longer", () => {
  assert.equal(promptRoom(128, 8, 250).promptRows, 2048);
  assert.equal(promptRoom(128, 8, 5000).promptRows, 5000);
});
