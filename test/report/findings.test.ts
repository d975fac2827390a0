import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Finding, formatFinding, formatFindings, parseFindings } from "../../src/report/findings.ts";
import { loadFindings, loadRun } from "../../src/report/run.ts";

const finding: Finding = { name: "offset", step: 40, severity: "info", message: "settled 0.05 nats below", advice: "raise entropy.ki" };
const later: Finding = { ...finding, step: 75, message: "settled 0.04 nats below" };
const other: Finding = { name: "collapse", step: 60, severity: "error", message: "entropy is gone", advice: "hold it" };

test("one line while the run goes on; each name once at its end", () => {
  assert.equal(formatFinding(finding), "info: offset at step 40: settled 0.05 nats below; raise entropy.ki");
  assert.equal(
    formatFindings([finding, other, later]),
    [
      "  info: offset (steps 40, 75): settled 0.04 nats below",
      "    -> raise entropy.ki",
      "  error: collapse (step 60): entropy is gone",
      "    -> hold it",
    ].join("\n"),
  );
  assert.equal(formatFindings([]), "");
});

test("findings are read back; a line cut short is left out, a damaged one refused", () => {
  const text = [finding, other].map((value) => `${JSON.stringify(value)}\n`).join("");
  assert.deepEqual(parseFindings(text), [finding, other]);
  assert.deepEqual(parseFindings(`${text}{"name": "osc`), [finding, other]);
  assert.throws(() => parseFindings(`{}\n${text}`), /line 1 is not a finding/);
});

test("a run is loaded with its findings, none where it has no file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-findings-"));
  await writeFile(join(folder, "metrics.jsonl"), '{"step":1,"reward":0.5}\n');
  assert.deepEqual((await loadRun(folder)).findings, []);
  await writeFile(join(folder, "diagnostics.jsonl"), `${JSON.stringify(other)}\n`);
  assert.deepEqual((await loadRun(folder)).findings, [other]);
  await writeFile(join(folder, "diagnostics.jsonl"), "nonsense\n\n");
  await assert.rejects(loadFindings(folder), /diagnostics\.jsonl: line 1 is not a finding.*; repair or remove that line/);
  await rm(folder, { recursive: true });
});
