import assert from "node:assert/strict";
import { test } from "node:test";
import { createProgress } from "../../../src/experiments/framework/progress.ts";

test("the lines count what has ended, in whatever order several at once end", () => {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) };
  const progress = createProgress({ title: "tiny", cells: 4, work: 4, stream });
  progress.skip("a", 1);
  const views = ["b", "c", "d"].map((name) => progress.begin(name, 1, 1));
  for (const view of views.reverse()) view.end();
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(" ").slice(0, 2).join(" ")),
    ["[1/4] a", "[2/4] d", "[3/4] c", "[4/4] b"],
  );
});
