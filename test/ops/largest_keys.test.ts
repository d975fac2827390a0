import assert from "node:assert/strict";
import { test } from "node:test";
import { loadShaders } from "../../src/node/shader_files.ts";

const users = Object.entries(loadShaders()).filter(([, text]) => text.includes("import package::lib::largest_keys::"));

test("kernels that look for the largest keys are found", () => assert.ok(users.length >= 3));

for (const [id, text] of users) {
  test(`${id} reads its count of rows before a loop, or FXC refuses its barriers`, () => {
    const loop = text.search(/\bfor \(/);
    assert.ok(loop > 0, "it has no loop");
    assert.match(text.slice(0, loop), /let (rows = parameters\.rows|known = parameters);/);
    assert.doesNotMatch(text.slice(loop), /\bparameters\.rows\b/);
  });
}
