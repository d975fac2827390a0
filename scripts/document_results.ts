/**
 * `node --import tsx scripts/document_results.ts` writes docs/results/README.md, the overview of the studies, from their summary.json files.
 * test/experiments/results.test.ts fails when the file is not what this writes. What is written by hand about the results stands in
 * docs/results/findings.md, which nothing overwrites.
 */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { markdownTable } from "../src/experiments/framework/markdown.ts";
import { settingsFile } from "../src/experiments/framework/settings.ts";
import type { Study } from "../src/experiments/framework/study.ts";
import { parseSummary } from "../src/experiments/framework/summary.ts";
import { studies } from "../src/experiments/index.ts";

export const RESULTS = new URL("../docs/results/", import.meta.url);

const INTRODUCTION = `# Results

\`node --import tsx scripts/document_results.ts\` writes this page from the summaries of the studies; [findings.md](findings.md) says in a few lines what they found.
Each name leads to its report, which has the question, what held and what did not, tables and pictures. \`npm run -s experiment -- NAME\` runs a study
anew with the settings in configs/experiments and writes the same kind of report; the same command takes up an interrupted study where it
stopped. With \`--quick\` a study takes minutes and judges only what short runs can tell.`;

const CLAIMS = `## What did not hold

Claims that were put to the test and failed, in the words of their reports.`;

/** The whole page. */
export async function resultsPage(): Promise<string> {
  const read = await Promise.all(shippedStudies().map(shippedReport));
  const rows = read.map(({ study, verdicts, provenance }) => {
    const judged = verdicts.filter(({ passed }) => passed !== undefined);
    const held = judged.filter(({ passed }) => passed).length;
    // A partial report: these lack runs. The rest could not be told from all of the runs.
    const open = verdicts.filter(({ passed, measured }) => passed === undefined && measured.startsWith("open")).length;
    const untold = verdicts.length - judged.length - open;
    const { cells, seconds, adapter, date } = provenance;
    const runs = `${cells.run + cells.skipped} in ${Math.round(seconds / 60)} min`;
    return [
      `[${study.name}](${study.name}/report.md)`,
      study.description,
      [`${held} of ${judged.length}`, ...(open > 0 ? [`${open} open`] : []), ...(untold > 0 ? [`${untold} not judged`] : [])].join("; "),
      runs,
      adapter,
      date,
    ];
  });
  const failed = read.flatMap(({ study, verdicts }) =>
    verdicts.filter(({ passed }) => passed === false).map(({ claim, measured }) => [study.name, claim, measured]),
  );
  const table = markdownTable(["study", "about", "claims that held", "runs", "adapter", "date"], rows, { numbers: false });
  const losses = failed.length > 0 ? [CLAIMS, markdownTable(["study", "claim", "measured"], failed, { numbers: false })] : [];
  return `${[INTRODUCTION, table, ...losses].join("\n\n")}\n`;
}

/** The studies that have a folder in docs/results. */
export function shippedStudies(): Study[] {
  return Object.values(studies).filter(({ name }) => existsSync(new URL(`${name}/summary.json`, RESULTS)));
}

const reports = new Map<string, ReturnType<typeof readReport>>();

/** What a shipped study's summary says now, drawn once for all that ask for it. */
export function shippedReport(study: Study): ReturnType<typeof readReport> {
  const report = reports.get(study.name) ?? readReport(study);
  reports.set(study.name, report);
  return report;
}

async function readReport(study: Study) {
  const path = new URL(`${study.name}/summary.json`, RESULTS);
  const summary = parseSummary(await readFile(path, "utf8"), study, `docs/results/${study.name}/summary.json`);
  const { markdown, verdicts, pictures } = await study.report(summary, await shippedSettings(study));
  return { study, markdown, verdicts, pictures, provenance: summary.provenance };
}

/** What configs/experiments has for a study, as plain data. */
export async function shippedSettings(study: Study): Promise<unknown> {
  return parse(await readFile(settingsFile(study), "utf8"));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const page = await resultsPage();
  await writeFile(new URL("README.md", RESULTS), page);
  process.stdout.write(`wrote ${page.split("\n").length - 1} lines\n`);
}
