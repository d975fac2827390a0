import assert from "node:assert/strict";
import { test } from "node:test";
import { cutOffJson } from "../../bench/gpu_day/cut_off.ts";
import { jsonWriter } from "../../src/cli/verify/json.ts";
import { progressView } from "../../src/cli/verify/progress.ts";
import { summarize } from "../../src/cli/verify/summary.ts";
import type { CaseOutcome } from "../../src/testing/conformance/run.ts";

const outcome = (name: string, status: CaseOutcome["status"], error = 0): CaseOutcome => ({
  group: "ops",
  name,
  status,
  measures: [{ name: "y", error, tolerance: 1 }],
  details: { note: 'brackets ] } and a quote "' },
  milliseconds: 1,
});

test("verify writes each case of its JSON as it ends, and what is cut off can still be read", () => {
  let text = "";
  const { add, end } = jsonWriter({ adapter: "a GPU", level: "default" }, (part) => {
    text += part;
  });
  assert.equal(cutOffJson(text), undefined);
  const outcomes = [outcome("first", "passed"), outcome("second", "failed", Number.POSITIVE_INFINITY), outcome("third", "passed")];
  add(outcomes[0]!);
  add(outcomes[1]!);
  const asRead = JSON.parse(JSON.stringify(outcomes).replaceAll('"error":null', '"error":"Infinity"')) as object[];
  const head = { adapter: "a GPU", level: "default" };
  const brokenOff = "the process was stopped";
  assert.deepEqual(cutOffJson(text.slice(0, -5)), { ...head, cases: asRead.slice(0, 1), brokenOff });
  add(outcomes[2]!);
  assert.deepEqual(cutOffJson(`a warning\n${text}`), { ...head, cases: asRead.slice(0, 2), brokenOff });
  end({ outcomes, facts: { "a read past the end": "gives 0" } });
  const { groups, ...whole } = JSON.parse(text) as Record<string, unknown>;
  assert.deepEqual(whole, { ...head, passed: false, facts: { "a read past the end": "gives 0" }, cases: asRead });
  assert.equal((groups as unknown[]).length, summarize(outcomes).length);
});

test("verify without a terminal names what runs: each group, and every few seconds the case", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const lines: string[] = [];
  const view = progressView({ isTTY: false, columns: 80, write: (text: string) => lines.push(text.trimEnd()) > 0 });
  view.show("ops", "add", 0, 9);
  view.show("ops", "rope", 1, 9);
  t.mock.timers.tick(10_000);
  view.show("paths", "decode", 2, 9);
  view.end();
  t.mock.timers.tick(10_000);
  assert.deepEqual(lines, ["0 of 9: ops/add", "1 of 9: ops/rope", "1 of 9: ops/rope", "2 of 9: paths/decode"]);
});
