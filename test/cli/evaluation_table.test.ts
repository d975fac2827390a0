import assert from "node:assert/strict";
import { test } from "node:test";
import { type EvaluationRow, evaluationTable } from "../../src/cli/evaluation_table.ts";

const numbers = { passAt1: 0.394, greedy: 0.469, passAtK: 0.797, entropy: 0.356 };

test("the table of before and after", () => {
  assert.equal(
    evaluationTable(8, [
      ["before", { ...numbers, greedy: undefined }],
      ["after 60 steps of GRPO + EntroPIC", numbers],
      ["plain GRPO, 60 steps (shipped, lavapipe (llvmpipe, Mesa 25.0.7))", numbers],
    ]),
    `
                                         pass@1  greedy  pass@8  entropy (nats)
───────────────────────────────────────  ──────  ──────  ──────  ──────────────
before                                    0.394       -   0.797           0.356
after 60 steps of GRPO + EntroPIC         0.394   0.469   0.797           0.356
plain GRPO, 60 steps (shipped, lavapipe   0.394   0.469   0.797           0.356
(llvmpipe, Mesa 25.0.7))`.slice(1),
  );
});

test("it fits 80 columns at any names and numbers", () => {
  const names = ["x".repeat(300), "after 1000000 steps of GRPO + a controller of a user's ".repeat(4), "", "ä ö 漢字 ".repeat(30)];
  const values = [0, Number.NaN, Number.POSITIVE_INFINITY, -1e21, 123456.789, 1e-12];
  for (const k of [1, 8, 65536]) {
    for (const value of values) {
      const summary = { passAt1: value, greedy: value, passAtK: value, entropy: value };
      const rows = names.map((name): EvaluationRow => [name, summary]);
      const long = evaluationTable(k, rows)
        .split("\n")
        .filter((line) => [...line].length > 80);
      assert.deepEqual(long, [], `k ${k}, value ${value}`);
    }
  }
});
