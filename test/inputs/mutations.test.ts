import assert from "node:assert/strict";
import { test } from "node:test";
import { runMutations } from "../../scripts/nightly/mutations.ts";
import { subjects } from "../../scripts/nightly/subjects.ts";

for (const [index, subject] of subjects.entries()) {
  test(`damaged: ${subject.name} ends in right work or one line`, async () => {
    const { read, refused, faults } = await runMutations(12, 7_000 + 100 * index, { chosen: [subject], mostMilliseconds: 20_000 });
    assert.deepEqual(faults, [], `of ${read} inputs`);
    assert.ok(refused > 0, "nothing was refused: the damage does not reach the code that reads");
  });
}

test("what ends in a stack, a text of 600 characters or a hang is found", async () => {
  const failing = (damage: () => unknown) => ({ name: "broken", damage: () => damage });
  const outcomes = await Promise.all(
    [
      () => (undefined as unknown as { x: number }).x,
      () => {
        throw new Error("x".repeat(600));
      },
      () => new Promise((resolve) => setTimeout(resolve, 200)),
      () => {
        throw "text";
      },
    ].map((damage) => runMutations(1, 0, { chosen: [failing(damage)], mostMilliseconds: 100 })),
  );
  assert.deepEqual(
    outcomes.map(({ faults: [fault] }) => fault?.what.slice(0, 12)),
    ["TypeError: T", "a line of 60", outcomes[2]!.faults[0]!.what.slice(0, 12), "threw string"],
  );
  assert.match(outcomes[2]!.faults[0]!.what, /^took \d+ ms$/);
});
