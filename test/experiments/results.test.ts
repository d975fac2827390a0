import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { RESULTS, resultsPage, shippedReport, shippedStudies } from "../../scripts/document_results.ts";
import { completeCells } from "../../src/experiments/framework/partial.ts";
import { readRecords } from "../../src/experiments/framework/records.ts";
import { parseSummary } from "../../src/experiments/framework/summary.ts";
import { long } from "../../src/experiments/studies/long.ts";

for (const study of shippedStudies()) {
  test(`the shipped report of ${study.name} is what its summary.json says`, async () => {
    const folder = new URL(`../../docs/results/${study.name}/`, import.meta.url);
    const { markdown, pictures } = await shippedReport(study);
    assert.equal(await readFile(new URL("report.md", folder), "utf8"), markdown, "write it again with --report-only");
    for (const { name } of pictures) await access(new URL(`${name}.svg`, folder));
  });
}

test("the records of long are all that its summary.json was made of", async () => {
  const folder = fileURLToPath(new URL("../../docs/results/long", import.meta.url));
  const { settings, findings, provenance } = parseSummary(await readFile(join(folder, "summary.json"), "utf8"), long, "summary.json");
  const { cells, findings: found } = long.prepare(settings, { quick: false, shipped: settings });
  const records = await readRecords(join(folder, "records.jsonl"));
  const { results, missing } = await completeCells(cells, { dir: join(folder, "no-runs"), adapter: provenance.adapter, records });
  assert.deepEqual(missing, provenance.cells.missing ?? []);
  assert.deepEqual(JSON.parse(JSON.stringify(found(results))), findings);
});

test("the overview of the results is what their summaries say", async () => {
  assert.equal(await readFile(new URL("README.md", RESULTS), "utf8"), await resultsPage(), "node --import tsx scripts/document_results.ts");
});
