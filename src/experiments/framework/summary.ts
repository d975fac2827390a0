import type { Study, Summary } from "./study.ts";

/** summary.json as text. It is indented, but a list of numbers stands on one line. */
export function formatSummary(summary: Summary): string {
  const text = JSON.stringify(summary, undefined, 1);
  return `${text.replace(/\[\s+([-+.\deE,\s]+?)\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\s+/g, "")}]`)}\n`;
}

/** Reads summary.json of a study. Throws a one-line Error when it is damaged or of another study or version. */
export function parseSummary(text: string, study: Study, path: string): Summary {
  const summary = readJson(text, path) as Partial<Summary> | null;
  if (summary?.study !== study.name || !summary.findings || !summary.provenance) {
    throw new Error(`${path} is not a summary of the study ${study.name}; give the folder of its report, or run it without --report-only.`);
  }
  if (summary.version !== study.version) {
    throw new Error(`${path} has version ${summary.version}; this program writes ${study.version}: run the study without --report-only.`);
  }
  return summary as Summary;
}

function readJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${path} is not valid JSON; run the study without --report-only.`);
  }
}
