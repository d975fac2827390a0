import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../src/options/problems.ts";
import { readYaml } from "../../src/options/yaml.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";

/** The line that refuses a text, and no later than a person would wait. */
function refused(text: string): string {
  const started = performance.now();
  let line = "";
  assert.throws(
    () => readYaml(text, "mine.yaml"),
    (error) => {
      assert.ok(error instanceof ConfigError, String(error));
      line = error.message;
      return true;
    },
    `${text.slice(0, 40)} was read`,
  );
  assert.ok(performance.now() - started < 10_000, `${text.slice(0, 40)} took ${performance.now() - started} ms`);
  assert.ok(line.length <= 500 && !line.includes("\n"), line);
  return line;
}

const bomb = Array.from(
  { length: 20 },
  (_, i) =>
    `a${i}: &a${i} [${
      i === 0
        ? "x"
        : Array(9)
            .fill(`*a${i - 1}`)
            .join(",")
    }]`,
).join("\n");

const cases: [what: string, text: string, expected: RegExp][] = [
  ["aliases that multiply", bomb, /Excessive alias count/],
  ["an unknown alias", "a: *b", /Unresolved alias .*: b/],
  ["a list that contains itself", "a: &a [*a]", /nested deeper than 32 levels, or contains itself/],
  ["a mapping that contains itself", "a: &a { b: *a }", /contains itself/],
  ["a key that stands twice", "a: 1\nb: 2\na: 3", /the key "a" stands twice in one mapping/],
  ["several documents", "a: 1\n---\nb: 2", /several documents; keep one/],
  ["tabs", "a:\n\tb: 2", /Tabs are not allowed .* at line 2, column 1/],
  ["a tag", "a: !ruby/object 2", /Unresolved tag: !ruby\/object at line 1/],
  ["a list as a key", "? [a, b]\n: 1", /stands for a key; write a text/],
  // Depths and repetitions at which the library takes minutes, or ends the process.
  ["brackets that never end", "[".repeat(100_000), /nested deeper/],
  ["brackets that do end", "[".repeat(500) + "]".repeat(500), /nested deeper/],
  ["nested dashes", `${"- ".repeat(5000)}a`, /nested deeper/],
  ["nested keys", `${"? ".repeat(490)}a`, /stands for a key/],
  ["thousands of errors", "&a ".repeat(20_000), /at most one anchor at line 1, column 4/],
  ["a file of another kind", "x".repeat(2 ** 20 + 1), /more than 1048576 characters/],
];

for (const [what, text, expected] of cases) test(`YAML with ${what} is refused in one line`, () => assert.match(refused(text), expected));

test("anchors, and keys that JavaScript gives a meaning, are plain data", () => {
  assert.deepEqual(readYaml("a: &a { x: 1 }\nb: *a", "mine.yaml"), { a: { x: 1 }, b: { x: 1 } });
  const value = readYaml("__proto__: { polluted: 1 }\nconstructor: 2", "mine.yaml") as object;
  assert.deepEqual(Object.keys(value), ["__proto__", "constructor"]);
  assert.equal("polluted" in {}, false);
  assert.throws(() => parseTrainConfig(value), /__proto__ is not a known key/);
});

test("100,000 unknown keys are answered at once, with the first few", () => {
  const text = Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`).join("\n");
  const started = performance.now();
  assert.throws(
    () => parseTrainConfig(readYaml(text, "mine.yaml")),
    (error) => error instanceof ConfigError && error.problems.length === 11 && /^99992 more problems/.test(error.problems.at(-1)!),
    "the last line counts the rest",
  );
  assert.ok(performance.now() - started < 30_000, `${performance.now() - started} ms`);
});
