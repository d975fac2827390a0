import type { Provenance, Verdict } from "./study.ts";

/** A Markdown table; cells of columns after the first are set to the right where `numbers` says so. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[], { numbers = true } = {}): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = headings.map((_, column) => (numbers && column > 0 ? "---:" : "---"));
  return [line(headings), line(rule), ...rows.map(line)].join("\n");
}

/** Every claim with its numbers and PASS or FAIL. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => [verdict.claim, verdict.measured, `**${verdictWord(verdict)}**`]);
  return markdownTable(["claim", "measured", "verdict"], rows, { numbers: false });
}

export function verdictWord({ passed }: Verdict): string {
  return passed === undefined ? "not judged" : passed ? "PASS" : "FAIL";
}

/** One sentence for the top of a report. */
export function verdictSentence(verdicts: readonly Verdict[]): string {
  const judged = verdicts.filter(({ passed }) => passed !== undefined);
  const failed = judged.filter(({ passed }) => !passed);
  if (failed.length === 0) return `All ${judged.length} claims that were put to the test held.`;
  return `${failed.length} of ${judged.length} claims did not hold: ${failed.map(({ claim }) => claim).join("; ")}.`;
}

/** How to make the report again, and where these numbers come from. */
export function provenanceSection({ command, adapter, commit, date, seconds, cells }: Provenance): string {
  return [
    "## Where these numbers come from",
    "",
    `* command: \`${command}\``,
    `* commit: ${commit}`,
    `* adapter: ${adapter}`,
    `* date: ${date}; ${cells.run + cells.skipped} runs in ${(seconds / 60).toFixed(1)} minutes${cells.skipped > 0 ? `, ${cells.skipped} of them before the last interruption` : ""}`,
    "* everything above is in `summary.json`; `--report-only` writes this page and its pictures again from it",
    "",
  ].join("\n");
}
