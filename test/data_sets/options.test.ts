import assert from "node:assert/strict";
import { test } from "node:test";
import { dataTask } from "../../src/data_sets/options.ts";
import { ConfigError } from "../../src/options/problems.ts";
import { applyOverrides } from "../../src/rl/config/index.ts";

const promptOf = (override: string): string => {
  const { task } = applyOverrides({ task: { data: "x.jsonl", rewards: ["math"] } }, [override]) as { task: object };
  return dataTask(task as Parameters<typeof dataTask>[0]).prompt;
};

test("a prompt in braces that YAML read as a mapping is answered with the quotes that it needs, which make it a text", () => {
  const remedy = `quote it, as in --set 'task.prompt="{question}"', or in a file prompt: "{question}"`;
  const line = `task.prompt is a mapping; it must be a text with columns in braces, or the name of a column; ${remedy}`;
  for (const typed of ["{question}", "Q: {question}"]) {
    assert.throws(
      () => promptOf(`task.prompt=${typed}`),
      (error) => error instanceof ConfigError && error.message === line,
    );
  }
  assert.equal(promptOf('task.prompt="{question}"'), "{question}");
  const plain = "task.prompt is 3; it must be a text with columns in braces, or the name of a column";
  assert.throws(() => promptOf("task.prompt=3"), { message: plain });
});
