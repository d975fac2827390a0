import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nearestWord } from "../../src/options/problems.ts";
import { brief, listed, quoted, reasonOf } from "../../src/options/quote.ts";

test("a value of any kind is quoted on one line of at most 120 characters, circles and bombs at once", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }), (value) => {
      const text = quoted(value);
      assert.ok(text.length <= 120 && !/\p{Cc}/u.test(text), `${text.length} characters: ${text}`);
    }),
    { numRuns: 300 },
  );
  const circle: unknown[] = [1];
  circle.push(circle);
  let bomb: unknown = ["x"];
  for (let level = 0; level < 40; level++) bomb = [bomb, bomb, bomb, bomb];
  for (const value of [circle, bomb, "x".repeat(50_000), { ["k".repeat(50_000)]: 1 }]) assert.equal(quoted(value).length, 120);
  assert.deepEqual(
    [quoted("a\n"), quoted([1, "b"]), quoted({ a: [null] }), quoted(Number.NaN), quoted(undefined), quoted(() => 1)],
    ['"a\\n"', '[1,"b"]', '{"a":[null]}', "NaN", "undefined", "a function"],
  );
});

test("a path keeps its begin and its end, names are counted where they are many, reasons are one line", () => {
  const path = `/begin/${"x".repeat(400)}/end.yaml`;
  assert.match(brief(path), /^\/begin\/x+\.\.\.x+\/end\.yaml$/);
  assert.equal(brief(path).length, 120);
  assert.equal(brief("a\u001b[31mb\tc"), "a [31mb c");
  const names = Array.from({ length: 100 }, (_, i) => `name${i}`);
  assert.match(listed(names), /^name0, name1, .* and \d+ more$/);
  assert.equal(listed(["a", "b"]), "a, b");
  assert.equal(reasonOf(new Error("first.\nsecond")), "first");
  assert.equal(reasonOf(new TypeError("")), "TypeError");
});

test("the first part of one known word stands for it, and a word longer than any name is compared with none", () => {
  assert.equal(nearestWord("ppo", ["ppo-clip", "gspo"]), "ppo-clip");
  assert.equal(nearestWord("clip", ["clip-cov", "clip-low"]), undefined);
  assert.equal(nearestWord("x".repeat(100_000), ["x".repeat(60)]), undefined);
});
