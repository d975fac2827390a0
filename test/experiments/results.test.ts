import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { test } from "node:test";
import { RESULTS, resultsPage, shippedSettings, shippedStudies } from "../../scripts/document_results.ts";
import { parseSummary } from "../../src/experiments/framework/summary.ts";

for (const study of shippedStudies()) {
  test(`the shipped report of ${study.name} is what its summary.json says`, async () => {
    const folder = new URL(`../../docs/results/${study.name}/`, import.meta.url);
    const summary = parseSummary(await readFile(new URL("summary.json", folder), "utf8"), study, "summary.json");
    const { markdown, pictures } = await study.report(summary, await shippedSettings(study));
    assert.equal(await readFile(new URL("report.md", folder), "utf8"), markdown, "write it again with --report-only");
    for (const { name } of pictures) await access(new URL(`${name}.svg`, folder));
  });
}

test("the overview of the results is what their summaries say", async () => {
  assert.equal(await readFile(new URL("README.md", RESULTS), "utf8"), await resultsPage(), "node --import tsx scripts/document_results.ts");
});
